using System.Globalization;
using MLNet.Procrustean;

namespace TrainFolder;

/// <summary>Prints a line for each epoch.</summary>
internal sealed class ConsoleProgress : IProgress<EpochReport>
{
    public void Report(EpochReport value) =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"epoch {value.Epoch, 3}/{value.Epochs}  loss {value.Loss:0.0000}  "
                    + $"mean training accuracy {value.TrainingAccuracy.Average():0.000}  "
                    + $"{value.ImagesPerSecond:0} images/s  {value.TimeLeft:hh\\:mm\\:ss} left"
            )
        );
}
