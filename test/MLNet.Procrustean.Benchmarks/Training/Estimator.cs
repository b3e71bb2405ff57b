using Microsoft.ML;
using MLNet.Procrustean.Benchmarks.Measuring;

namespace MLNet.Procrustean.Benchmarks.Training;

/// <summary>Training as a user does it: through the estimator, from encoded images.</summary>
internal static class Estimator
{
    /// <summary>
    /// The defaults of the library for the given image size and depth, without feature mixing, and with the fewest epochs that give a speed
    /// after the first. All weights are trained, as in the loops that it is compared with.
    /// </summary>
    public static ImageClassifierOptions Options(Sizes sizes) =>
        new()
        {
            ImageColumnName = Data.LabelledPhotos.ImageColumn,
            Backbone = new CifarResNet { Depth = sizes.Depth },
            WhitenedStem = false,
            ImageSize = sizes.Side,
            BatchSize = sizes.Batch,
            Strategy = new PlainTraining(),
            Epochs = 2,
            Seed = 1,
        };

    /// <summary>The median of the epochs after the first, which warms up.</summary>
    public static double ImagesPerSecond(IDataView images, ImageClassifierOptions options)
    {
        using var model = new MLContext().MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(images);
        return Measurement.MedianOf(model.EpochReports.Skip(1).Select(report => report.ImagesPerSecond));
    }
}
