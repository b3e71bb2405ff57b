using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Networks.Pretrained;

/// <summary>Trainings that begin with published weights.</summary>
public sealed class PretrainedWeightsTests
{
    private static readonly PretrainedWeights Weights = PretrainedWeights.ImageNetResNet18();

    [Test]
    public void Options_NothingButTheWeights_AreThoseOfFineTuning()
    {
        var options = new ImageClassifierOptions { InitialWeights = Weights };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.Backbone, Is.EqualTo(new ResNet { Blocks = (2, 2, 2, 3) }));
            Assert.That(options.Channels, Is.EqualTo(3));
            Assert.That(options.WhitensStem, Is.False);
            Assert.That(options.ImageSize, Is.GreaterThan(new ImageClassifierOptions().ImageSize));
            Assert.That(options with { InitialWeights = null }, Is.EqualTo(new ImageClassifierOptions()));
        }
    }

    [Test]
    public void Options_FewImages_TrainTheHeadAndThenTheLastStage()
    {
        var few = new ImageClassifierOptions { InitialWeights = Weights, ImageCount = 1_999 };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (few.FrozenStages, few.HeadEpochs, few.Epochs, few.KeepsStatistics, few.InitialShare, few.MaxGradientNorm),
                Is.EqualTo((4, 60, 4, true, 0.5, 1.0))
            );
            Assert.That(few, Is.EqualTo(few with { FrozenStages = 4 }).Using<ImageClassifierOptions>(SameDefaults));
            Assert.That(
                few with
                {
                    ImageCount = 2_000,
                },
                Is.EqualTo(few with { FrozenStages = 0 }).Using<ImageClassifierOptions>(SameDefaults)
            );
        }
    }

    [Test]
    public void Options_FewImagesAndNoLimitOfTheGradient_HaveNone()
    {
        var few = new ImageClassifierOptions { InitialWeights = Weights, ImageCount = 1_999 };
        var without = few with { MaxGradientNorm = null };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(without.MaxGradientNorm, Is.Null);
            Assert.That((without with { Epochs = 2 }).MaxGradientNorm, Is.Null);
            Assert.That((without with { MaxGradientNorm = 3 }).MaxGradientNorm, Is.EqualTo(3));
            Assert.That(without, Is.EqualTo(few with { MaxGradientNorm = null }).And.Not.EqualTo(few));
        }
    }

    [Test]
    public void Options_FewImagesAndNoEpochsOfTheHead_KeepNoShareOfARandomHead()
    {
        var few = new ImageClassifierOptions { InitialWeights = Weights }.ForImageCount(770);
        var without = few with { HeadEpochs = 0 };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(without.InitialShare, Is.Zero);
            Assert.That((without with { InitialShare = 0.25 }).InitialShare, Is.EqualTo(0.25));
            Assert.That(few.InitialShare, Is.EqualTo(0.5));
            Assert.That((few with { HeadEpochs = 1 }).InitialShare, Is.EqualTo(0.5));
        }
    }

    [Test]
    public void Options_AllButTheHeadIsFrozen_TrainTheHeadForMoreEpochs()
    {
        var head = new ImageClassifierOptions { InitialWeights = Weights, FrozenStages = 5 };
        Assert.That((head.HeadEpochs, head.Epochs, head.KeepsStatistics, head.InitialShare), Is.EqualTo((0, 60, false, 0.0)));
    }

    [Test]
    public void Options_GivenByTheUser_Stay()
    {
        var given = new ImageClassifierOptions
        {
            ImageSize = 64,
            Epochs = 30,
            BatchSize = 64,
            LearningRate = 0.05,
            WeightDecay = 2e-4,
            Augmentation = new(),
            FrozenStages = 0,
            LayerDecay = 1,
        };
        var both = given with { InitialWeights = Weights };
        Assert.That(
            (
                both.ImageSize,
                both.Epochs,
                both.BatchSize,
                both.LearningRate,
                both.WeightDecay,
                both.Augmentation,
                both.FrozenStages,
                both.LayerDecay
            ),
            Is.EqualTo((given.ImageSize, given.Epochs, given.BatchSize, given.LearningRate, given.WeightDecay, given.Augmentation, 0, 1.0))
        );
    }

    [Test]
    public void Trainer_GreyImages_AreRefused() =>
        Assert.That(
            () => TinyModel.Trainer(new(), new() { InitialWeights = Weights, Channels = 1 }),
            Throws.ArgumentException.With.Message.Contains("resnet-18-2-2-2-3 and 3 channels")
        );

    [Test]
    public void ImageNetResNet18_FileIsMissing_SaysHowToGetIt()
    {
        var problem = Assert.Throws<FileNotFoundException>(() => PretrainedWeights.ImageNetResNet18("nowhere.onnx"))!;
        Assert.That(
            problem.Message,
            Does.Contain("nowhere.onnx").And.Contain("Microsoft.ML.DnnImageFeaturizer.ResNet18").And.Contain("or give the path")
        );
    }

    [Test]
    public void FromFile_TheSameFileElsewhere_AreTheSameWeights()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "copy");
        File.Copy(Weights.Path, path);
        var copy = PretrainedWeights.FromFile(path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(copy, Is.EqualTo(Weights));
            Assert.That(copy.GetHashCode(), Is.EqualTo(Weights.GetHashCode()));
            Assert.That(Weights.ToString(), Is.EqualTo("resnet-18-2-2-2-3 from ResNet18.onnx"));
        }
    }

    [Test]
    public void Fit_FrozenStages_HaveTheWeightsOfTheFileAndTheModelSurvivesItsFile()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 6), ("dog", 3));
        var ml = new MLContext(seed: 1);
        var log = new List<string>();
        ml.Log += (_, line) => log.Add(line.RawMessage);
        var images = ml.Data.LoadImageFolder(folder.Path);
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(images).Transform(images);
        var options = new ImageClassifierOptions
        {
            InitialWeights = Weights,
            ImageSize = 32,
            FrozenStages = 5,
            Epochs = 2,
            BatchSize = 4,
        };

        using var model = TinyModel.Trainer(ml, options).Fit(keyed);
        using var expected = Weights.Backbone.Build(channels: 3, classes: 2, seed: 1);
        Weights.CopyTo(expected, ["cat", "dog"]);

        var path = Path.Combine(folder.Path, "model.zip");
        ml.Model.Save(model, keyed.Schema, path);
        using var loaded = (ImageClassifierModel)ml.Model.Load(path, out _);
        using (Assert.EnterMultipleScope())
        {
            var weights = expected.state_dict();
            Assert.That(
                loaded
                    .Classifier.Network.state_dict()
                    .Where(weight => !NetworkBits.Of(weight.Value).SequenceEqual(NetworkBits.Of(weights[weight.Key])))
                    .Select(weight => weight.Key),
                Is.EquivalentTo(weights.Keys.Where(name => name.StartsWith("fc.", StringComparison.Ordinal) && !IsBias(model, name)))
            );
            Assert.That(loaded.Classifier.Preprocessing.Deviations, Is.EqualTo(new[] { 58f, 58f, 58f }));
            Assert.That(TinyModel.Scores(loaded.Transform(images)), Is.EqualTo(TinyModel.Scores(model.Transform(images))));
            Assert.That(log, Has.One.Contains("begins with pretrained weights, resnet-18-2-2-2-3 from ResNet18.onnx; the head is drawn"));
        }
    }

    // The bias of a cosine head stays 0.
    private static bool IsBias(ImageClassifierModel model, string name) => model.Head == ClassifierHead.Cosine && name == "fc.bias";

    private static bool SameDefaults(ImageClassifierOptions one, ImageClassifierOptions other) =>
        (one.FrozenStages, one.HeadEpochs, one.Epochs, one.LearningRate, one.ImageSize, one.Augmentation, one.Strategy)
        == (other.FrozenStages, other.HeadEpochs, other.Epochs, other.LearningRate, other.ImageSize, other.Augmentation, other.Strategy);
}
