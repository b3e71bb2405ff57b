using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Training;

/// <summary>Trainings that begin with the weights of a model.</summary>
public sealed class InitialWeightsTests
{
    private readonly TinyModel tiny = TinyModel.Shared;
    private readonly MLContext ml = new(seed: 1);

    // A learning rate this small changes no float.
    private static ImageClassifierOptions Still =>
        TinyModel.Options with
        {
            Epochs = 1,
            LearningRate = 1e-300,
            WeightDecay = 0,
            InitialWeights = TinyModel.Shared.Classifier,
        };

    [Test]
    public void Fit_StandingStill_HasTheWeightsOfTheModel()
    {
        using var model = Fit(Still);
        var (start, trained) = (tiny.Classifier.Classifier, model.Classifier);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trained.Network.parameters().Select(NetworkBits.Of), Is.EqualTo(start.Network.parameters().Select(NetworkBits.Of)));
            Assert.That(trained.Network, Is.Not.SameAs(start.Network));
        }
    }

    [Test]
    public void Fit_OtherImages_NormalisesThemAsForTheModel()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 4), ("dog", 9), ("owl", 30));
        var images = ml.Data.LoadImageFolder(folder.Path);

        using var model = TinyModel.Trainer(ml, Still).Fit(tiny.Keys.Transform(images));
        using var own = TinyModel.Trainer(ml, Still with { InitialWeights = null }).Fit(tiny.Keys.Transform(images));

        Assert.That(model.Classifier.Preprocessing.Means, Is.EqualTo(tiny.Classifier.Classifier.Preprocessing.Means));
        Assert.That(own.Classifier.Preprocessing.Means, Is.Not.EqualTo(tiny.Classifier.Classifier.Preprocessing.Means));
    }

    [Test]
    public void Fit_ModelSavedAndLoaded_GivesTheSameAsTheModelItself()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.zip");
        ml.Model.Save(tiny.Classifier, tiny.Keyed.Schema, path);
        using var loaded = (ImageClassifierModel)ml.Model.Load(path, out _);

        using var one = Fit(TinyModel.Options with { InitialWeights = loaded, LearningRate = 0.01 });
        using var other = Fit(TinyModel.Options with { InitialWeights = tiny.Classifier, LearningRate = 0.01 });

        Assert.That(TinyModel.Scores(one.Transform(tiny.Images)), Is.EqualTo(TinyModel.Scores(other.Transform(tiny.Images))));
        Assert.That(TinyModel.Scores(one.Transform(tiny.Images)), Is.Not.EqualTo(tiny.Scores()), "it learnt nothing more");
    }

    [Test]
    public void Fit_Model_LeavesItAsItWas()
    {
        var before = NetworkBits.Of(tiny.Classifier.Classifier.Network);
        Fit(TinyModel.Options with { InitialWeights = tiny.Classifier }).Dispose();
        Assert.That(NetworkBits.Of(tiny.Classifier.Classifier.Network), Is.EqualTo(before));
    }

    [Test]
    public void Fit_NothingButTheModel_TrainsItsNetworkOnImagesOfItsSize()
    {
        var options = new ImageClassifierOptions { InitialWeights = tiny.Classifier };
        var start = tiny.Classifier.Classifier;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.Backbone, Is.EqualTo(start.Backbone));
            Assert.That((options.ImageSize, options.Channels), Is.EqualTo((16, 3)));
            Assert.That(options.Epochs, Is.EqualTo(new ImageClassifierOptions().Epochs), "no fine-tuning");
        }
    }

    [Test]
    public void Fit_NothingButTheModel_TakesItsAspectRatioAndItsMirrorImages()
    {
        using var model = Fit(TinyModel.Options with { Epochs = 1, AspectRatio = AspectRatio.Pad, AverageFlips = true });
        var options = new ImageClassifierOptions { InitialWeights = model };
        var given = options with { AspectRatio = AspectRatio.CenterCrop, AverageFlips = false };
        var other = options with { InitialWeights = tiny.Classifier };
        using (Assert.EnterMultipleScope())
        {
            Assert.That((options.AspectRatio, options.AverageFlips), Is.EqualTo((AspectRatio.Pad, true)));
            Assert.That((given.AspectRatio, given.AverageFlips), Is.EqualTo((AspectRatio.CenterCrop, false)));
            Assert.That((other.AspectRatio, other.AverageFlips), Is.EqualTo((AspectRatio.Squash, false)));
            Assert.That((options with { Augmentation = Augmentation.None }).AverageFlips, Is.False, "flips are off");
        }
    }

    [Test]
    public void Trainer_WeightsOfAnotherNetwork_AreRefusedWithBoth() =>
        Assert.That(
            () =>
                TinyModel.Trainer(
                    ml,
                    Still with
                    {
                        Backbone = new CifarResNet { Depth = 8, Width = 6 },
                        Channels = 1,
                    }
                ),
            Throws
                .ArgumentException.With.Message.Contains("are for the backbone cifar-resnet-8-w4 and 3 channels")
                .And.Message.Contains("ask for cifar-resnet-8-w6 and 1")
        );

    [Test]
    public void Fit_OtherHead_TakesAllOtherWeightsAndSaysSo()
    {
        var log = new List<string>();
        ml.Log += (_, line) => log.Add(line.RawMessage);
        using var model = Fit(Still with { Strategy = new LabelDistributionAwareMargin() });
        AssertTakenAllButHead(model);
        Assert.That(model.Head, Is.EqualTo(ClassifierHead.Cosine));
        Assert.That(log, Has.One.Contains("its head is drawn, because the model has other classes or another kind of head"));
    }

    [TestCase("cat", "dog", "ant")] // the keys are in the order in which they occur
    [TestCase("dog", "cat", "owl")]
    [TestCase("a", "b")]
    public void Fit_OtherClasses_TakesAllOtherWeights(params string[] names)
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, [.. names.Select(name => (name, 3))]);
        var images = ml.Data.LoadImageFolder(folder.Path);
        var keys = ml
            .Transforms.Conversion.MapValueToKey("Label", keyData: ml.Data.LoadFromEnumerable(names.Select(name => new { Label = name })))
            .Fit(images);

        using var model = TinyModel.Trainer(ml, Still).Fit(keys.Transform(images));

        AssertTakenAllButHead(model);
        Assert.That(model.ClassNames, Is.EqualTo(names));
    }

    [Test]
    public void Fit_DisposedModel_SaysSo()
    {
        var model = Fit(Still with { InitialWeights = null });
        model.Dispose();
        Assert.That(() => Fit(Still with { InitialWeights = model }), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Fit_FromAModel_LeavesNoTensor() =>
        Assert.That(NativeMemory.TensorsLeftBy(() => Fit(Still).Dispose()), Is.EqualTo(NativeMemory.CountedTwice(Still.Backbone)));

    private ImageClassifierModel Fit(ImageClassifierOptions options) => TinyModel.Trainer(ml, options).Fit(tiny.Keyed);

    private void AssertTakenAllButHead(ImageClassifierModel model)
    {
        var (start, trained) = (Body(tiny.Classifier), Body(model));
        Assert.That(trained.Keys, Is.EqualTo(start.Keys));
        Assert.That(trained.Where(weight => !weight.Value.SequenceEqual(start[weight.Key])).Select(weight => weight.Key), Is.Empty);
    }

    private static Dictionary<string, byte[]> Body(ImageClassifierModel model) =>
        model
            .Classifier.Network.named_parameters()
            .Where(weight => !weight.name.StartsWith("fc.", StringComparison.Ordinal))
            .ToDictionary(weight => weight.name, weight => NetworkBits.Of(weight.parameter));
}
