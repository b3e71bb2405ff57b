using MLNet.Procrustean;

namespace TrainFolder;

/// <summary>The images that could not be read and were left out, where that was asked for.</summary>
/// <param name="InTraining">Of those to train on.</param>
/// <param name="InTest">Of those to test on.</param>
internal sealed record SkippedImages(IReadOnlyList<ImageException> InTraining, IReadOnlyList<ImageException> InTest)
{
    /// <summary>Prints a line for each.</summary>
    public void Print()
    {
        foreach (var image in InTraining)
        {
            Console.WriteLine($"skipped in training: {image.Message}");
        }

        foreach (var image in InTest)
        {
            Console.WriteLine($"skipped in the test: {image.Message}");
        }
    }
}
