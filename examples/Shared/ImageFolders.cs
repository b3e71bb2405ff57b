using Microsoft.ML;
using Microsoft.ML.Data;

namespace Shared;

/// <summary>The folders to train on and to test on.</summary>
internal static class ImageFolders
{
    /// <summary>Lists the images of both, before anything is trained.</summary>
    /// <exception cref="ArgumentException">
    /// One of them is a file, or the test has a class that training lacks: the model would be trained before its first image is met.
    /// </exception>
    /// <exception cref="IOException">One of them does not exist or cannot be listed.</exception>
    /// <exception cref="InvalidDataException">One of them is not a folder of class folders with images.</exception>
    public static (IDataView Train, IDataView Test) Load(MLContext ml, string train, string test)
    {
        var (images, testImages) = (ml.Data.LoadImageFolder(train), ml.Data.LoadImageFolder(test));
        string[] others = [.. testImages.GetColumn<string>("Label").Distinct().Except(images.GetColumn<string>("Label"))];
        return others.Length == 0
            ? (images, testImages)
            : throw new ArgumentException(
                $"'{test}' has class folders that '{train}' lacks: {string.Join(", ", others)}. "
                    + "Remove them, or add training images of their classes."
            );
    }
}
