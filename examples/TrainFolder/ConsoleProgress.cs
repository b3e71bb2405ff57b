using System.Globalization;
using MLNet.Procrustean;
using Shared;

namespace TrainFolder;

/// <summary>Prints a line for each epoch and, on a terminal, shows below it how far the work is.</summary>
internal sealed class ConsoleProgress : IProgress<EpochReport>, IProgress<PhaseReport>, IProgress<TernaryProgress>
{
    private readonly LiveLine line = new();

    public void Report(EpochReport value) =>
        line.Keep(
            string.Create(
                CultureInfo.InvariantCulture,
                $"epoch {value.Epoch, 3}/{value.Epochs}  loss {value.Loss:0.0000}  "
                    + $"mean training accuracy {value.TrainingAccuracy.Average():0.000}  "
                    + $"{value.ImagesPerSecond:0} images/s  {(int)value.TimeLeft.TotalHours:00}:{value.TimeLeft:mm\\:ss} left"
            ) + (value.RuleChange is { } change ? $"  from here on with {change}: losses before do not compare" : "")
        );

    public void Report(PhaseReport value)
    {
        if (!LiveLine.IsShown && value is { Images: 0, TotalImages: { } images })
        {
            Begun(value.Phase, images);
        }

        line.Show($"{value}");
    }

    public void Report(TernaryProgress value) => line.Show($"{value}");

    /// <summary>Images held out, for the calibration or the test, are scored; so many of them so far.</summary>
    public void Scored(long images) => line.Show(string.Create(CultureInfo.InvariantCulture, $"Scoring images: {images}"));

    /// <summary>Writes a line to the error stream, not into the one that is shown.</summary>
    public void Tell(string message) => line.Tell(message);

    /// <summary>Makes room for what is printed.</summary>
    public void Clear() => line.Clear();

    // Lines that stay are few.
    private static void Begun(TrainingPhase phase, long images)
    {
        var what = phase switch
        {
            TrainingPhase.ReadingImages => "reading",
            TrainingPhase.ComputingFeatures => "computing the features of the frozen stages for",
            _ => null,
        };
        if (what is not null)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {images} images"));
        }
    }
}
