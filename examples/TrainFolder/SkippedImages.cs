using MLNet.Procrustean;

namespace TrainFolder;

/// <summary>The images that could not be read and were left out, where that was asked for.</summary>
/// <param name="InTraining">Of those to train on.</param>
/// <param name="InCalibration">Of those to calibrate the scores on.</param>
/// <param name="InTest">Of those to test on.</param>
internal sealed record SkippedImages(
    IReadOnlyList<ImageException> InTraining,
    IReadOnlyList<ImageException> InCalibration,
    IReadOnlyList<ImageException> InTest
)
{
    /// <summary>Prints a line for each.</summary>
    public void Print()
    {
        Print("training", InTraining);
        Print("the calibration", InCalibration);
        Print("the test", InTest);
    }

    private static void Print(string where, IReadOnlyList<ImageException> images)
    {
        foreach (var image in images)
        {
            Console.WriteLine($"skipped in {where}: {image.Message}");
        }
    }
}
