using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>
/// The smallest training that tests can share: three classes of 16-pixel images, trained once and kept until the last test.
/// </summary>
internal sealed class TinyModel : IDisposable
{
    /// <summary>The parameters of its network: 7 convolutions, weight and bias of as many normalisations, and of the classifier.</summary>
    public const int Parameters = 23;

    private static readonly Lazy<TinyModel> Lazily = new(() => new());
    private readonly TemporaryFolder folder = new();

    private TinyModel()
    {
        TorchSetUp.Prepare();
        ImageFolders.Write(folder, ("cat", 20), ("dog", 10), ("owl", 6));
        Images = Context.Data.LoadImageFolder(folder.Path);
        Paths = [.. Context.Data.CreateEnumerable<LabelledImageFile>(Images, reuseRowObject: false).Select(row => row.ImagePath)];
        Keys = Context.Transforms.Conversion.MapValueToKey("Label").Fit(Images);
        Classifier = Trainer(Context, Options).Fit(Keyed);
    }

    public static TinyModel Shared => Lazily.Value;

    public static ImageClassifierOptions Options { get; } =
        new()
        {
            Strategy = new MajorFeatureWeakening(),
            Backbone = new CifarResNet { Depth = 8, Width = 4 },
            ImageSize = ImageFolders.Side,
            Epochs = 3,
            BatchSize = 12,
            LearningRate = 0.05,
            Augmentation = Augmentation.None,
            Seed = 5,
        };

    public MLContext Context { get; } = new(seed: 1);

    /// <summary>Columns ImagePath and Label, both text: 20 cats, 10 dogs, 6 owls.</summary>
    public IDataView Images { get; }

    public string[] Paths { get; }

    public ITransformer Keys { get; }

    /// <summary>The images with the label as a key.</summary>
    public IDataView Keyed => Keys.Transform(Images);

    public ImageClassifierModel Classifier { get; }

    public static ImageClassifierTrainer Trainer(MLContext ml, ImageClassifierOptions options) =>
        ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options);

    public static float[][] Scores(IDataView scored) => [.. scored.GetColumn<float[]>("Score")];

    /// <summary>The shared classifier's scores of its own training images.</summary>
    public float[][] Scores() => Scores(Classifier.Transform(Images));

    /// <summary>Saves it as a pipeline from text label to text prediction, and returns the file.</summary>
    public string Save(string folder)
    {
        var names = Context.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(Classifier.Transform(Keyed));
        var path = Path.Combine(folder, "model.zip");
        Context.Model.Save(Keys.Append(Classifier).Append(names), Images.Schema, path);
        return path;
    }

    public static void Release()
    {
        if (Lazily.IsValueCreated)
        {
            Lazily.Value.Dispose();
        }
    }

    public void Dispose()
    {
        Classifier.Dispose();
        folder.Dispose();
    }
}
