using System.Globalization;
using MLNet.Procrustean;

namespace QuickStart;

/// <summary>Shows the progress of a training on one line, which is written over as it goes on a terminal.</summary>
internal sealed class LiveProgress(string name) : IProgress<EpochReport>
{
    public void Report(EpochReport value)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{name, -24} epoch {value.Epoch, 2}/{value.Epochs}, loss {value.Loss:0.000}, "
                + $"{value.ImagesPerSecond, 5:0} images/s, {value.TimeLeft:m\\:ss} left"
        );
        var isLast = value.Epoch == value.Epochs;
        if (!Console.IsOutputRedirected)
        {
            Console.Write($"\r{line}{(isLast ? Environment.NewLine : "")}");
        }
        else if (isLast || value.Epoch % 10 == 0)
        {
            Console.WriteLine(line);
        }
    }
}
