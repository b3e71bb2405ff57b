using System.Globalization;
using MLNet.Procrustean;
using Shared;

namespace QuickStart;

/// <summary>Shows the progress of a training on one line, which is written over as it goes on a terminal.</summary>
internal sealed class LiveProgress(string name) : IProgress<EpochReport>, IProgress<PhaseReport>
{
    private readonly LiveLine line = new();
    private string loss = "";

    public void Report(EpochReport value)
    {
        loss = Text($", loss {value.Loss:0.000}");
        if (value.RuleChange is { } change)
        {
            line.Keep(Text($"{name, -24} trains with {change} from epoch {value.Epoch} on: losses before and after it do not compare"));
        }

        var text = Text($"{name, -24} {Epoch(value.Epoch, value.Epochs)}{loss}{Pace(value.ImagesPerSecond, value.TimeLeft)}");
        if (value.Epoch == value.Epochs || (Console.IsOutputRedirected && value.Epoch % 10 == 0))
        {
            line.Keep(text);
        }
        else
        {
            line.Show(text);
        }
    }

    public void Report(PhaseReport value) =>
        line.Show(
            value is { Epoch: { } epoch, Epochs: { } epochs }
                ? Text($"{name, -24} {Epoch(epoch, epochs)}{loss}{Pace(value.ImagesPerSecond, value.TimeLeft)}")
                : Text($"{name, -24} {(value.Phase == TrainingPhase.ReadingLabels ? "reads labels" : "reads images")}: {value.Images}")
        );

    private static string Epoch(int epoch, int epochs) => Text($"epoch {epoch, 2}/{epochs}");

    private static string Pace(double imagesPerSecond, TimeSpan? left) =>
        Text($", {imagesPerSecond, 5:0} images/s{(left is { } time ? Text($", {time:m\\:ss} left") : "")}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
