using Microsoft.ML;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Fits of the same images by processes that are threads, to compare what they give.</summary>
internal static class SharedFit
{
    /// <summary>21 images, of which 17 are trained on in batches of 8 and 9: parts of 2 images, and of 3.</summary>
    public static ImageClassifierOptions Options { get; } =
        SmallTraining.Options with
        {
            ImageColumnName = "Image",
            Strategy = new RecommendedStrategy(),
            Epochs = 3,
            BatchSize = 8,
            BatchParts = 4,
            ValidationSetFraction = 0.2,
            Keep = KeptEpoch.Best,
            Seed = 5,
        };

    /// <summary>The bytes of the model files, one for each process.</summary>
    public static byte[][] Models(int count, ImageClassifierOptions options) =>
        ThreadReplicas.Results(count, replicas => Model(options with { Replicas = replicas }));

    /// <summary>The bytes of the model file of one process.</summary>
    public static byte[] Model(ImageClassifierOptions options, IDataView? images = null)
    {
        var ml = new MLContext(seed: 1);
        var data = images ?? Images(ml);
        using var model = ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(data);
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "model");
        model.SaveSafeTensors(file);
        return File.ReadAllBytes(file);
    }

    public static IDataView Images(MLContext ml, int red = 15) => ColourRows.Of(ml, red, 6);
}
