using Microsoft.ML;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks;

public sealed class PatchWhiteningTests
{
    private const string Stem = "stem.conv1.weight";
    private static readonly ImageClassifierOptions Options = SmallTraining.Options with { ImageColumnName = "Image", Seed = 1 };

    [Test]
    public void Scatter_Images_EqualsNaiveLoops([Values(1, 3)] int channels, [Values(1, 2)] int stride)
    {
        using var scope = NewDisposeScope();
        const int images = 4,
            size = 7,
            kernel = 3;
        var pixels = randn([images, channels, size, size], generator: new Generator(3));
        var values = channels * kernel * kernel;
        var expected = new double[values, values];
        for (var image = 0; image < images; image++)
        {
            for (var top = 0; top + kernel <= size; top += stride)
            {
                for (var left = 0; left + kernel <= size; left += stride)
                {
                    var patch =
                        from channel in Enumerable.Range(0, channels)
                        from row in Enumerable.Range(0, kernel)
                        from column in Enumerable.Range(0, kernel)
                        select (double)pixels[image, channel, top + row, left + column].item<float>();
                    var p = patch.ToArray();
                    for (var i = 0; i < values; i++)
                    {
                        for (var j = 0; j < values; j++)
                        {
                            expected[i, j] += p[i] * p[j];
                        }
                    }
                }
            }
        }

        Assert.That(
            PatchWhitening.Scatter(pixels, kernel, stride).data<double>().ToArray(),
            Is.EqualTo(expected.Cast<double>()).Within(1e-9)
        );
    }

    // With C f = λ f and the f of length one and at right angles, the responses f · p are not correlated, and their mean squares are the
    // largest λ.
    [Test]
    public void Filters_Scatter_AreItsLargestDirectionsAndTheirNegatives()
    {
        using var scope = NewDisposeScope();
        var root = randn([12, 12], float64, generator: new Generator(4));
        var scatter = root.mm(root.t());
        var filters = PatchWhitening.Filters(scatter, zeros(10, 3, 2, 2)).reshape(10, 12).to(float64);
        var (directions, negatives) = (filters.narrow(0, 0, 5), filters.narrow(0, 5, 5));
        var responses = directions.mm(scatter).mm(directions.t()); // f_i C f_j
        var largest = linalg.eigvalsh(scatter).data<double>().ToArray()[^5..];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Largest(directions.mm(directions.t()) - eye(5, dtype: float64)), Is.LessThan(1e-6));
            Assert.That(Largest(responses - diag(tensor(largest))), Is.LessThan(1e-4 * largest[^1]));
            Assert.That(Largest(directions.add(negatives)), Is.Zero);
        }
    }

    [Test]
    public void Filters_MoreThanDirections_KeepsWhatWasDrawnForTheOthers()
    {
        using var scope = NewDisposeScope();
        var drawn = randn([16, 1, 2, 2], generator: new Generator(5));
        var filters = PatchWhitening.Filters(eye(4, dtype: float64), drawn);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(filters.shape, Is.EqualTo(drawn.shape));
            Assert.That(NetworkBits.Of(filters.narrow(0, 8, 8)), Is.EqualTo(NetworkBits.Of(drawn.narrow(0, 8, 8))));
            Assert.That(Largest(filters.narrow(0, 0, 4).add(filters.narrow(0, 4, 4))), Is.Zero);
        }
    }

    // Their patches have nine directions, whatever they are normalised by.
    [Test]
    public void Apply_GreyImagesInThreeChannels_KeepsWhatWasDrawnForTheOtherDirections()
    {
        using var scope = NewDisposeScope();
        using var images = new LabelledImages(
            randint(0, 256, [20, 16, 16, 1], uint8, generator: new Generator(6)).repeat(1, 1, 1, 3),
            zeros(20, int64)
        );
        var (drawn, whitened) = Whitened(new CifarResNet { Depth = 8, Width = 32 }, images);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Largest(whitened.narrow(0, 0, 9).add(whitened.narrow(0, 9, 9))), Is.Zero);
            Assert.That(NetworkBits.Of(whitened.narrow(0, 18, 14)), Is.EqualTo(NetworkBits.Of(drawn.narrow(0, 18, 14))));
        }
    }

    [Test]
    public void Apply_ImagesOfOneColour_KeepsEveryDrawnFilter()
    {
        using var scope = NewDisposeScope();
        using var images = new LabelledImages(full([2, 16, 16, 3], 77, uint8), zeros(2, int64));
        var (drawn, whitened) = Whitened(new CifarResNet { Depth = 8 }, images);
        Assert.That(NetworkBits.Of(whitened), Is.EqualTo(NetworkBits.Of(drawn)));
    }

    [TestCase("cifar-resnet-8", 20)]
    [TestCase("resnet-18", 40)]
    public void Apply_FewImages_GivesTheDirectionsOfAllTheirNormalisedPatches(string backbone, int size)
    {
        using var scope = NewDisposeScope();
        using var images = new LabelledImages(randint(0, 256, [30, size, size, 3], uint8, generator: new Generator(7)), zeros(30, int64));
        var (drawn, whitened) = Whitened(Backbone.Parse(backbone), images);
        var kernel = (int)drawn.shape[2];
        var preprocessing = Preprocessing.Measure(images.Pixels, new ImageShape { Size = size });
        var expected = PatchWhitening.Filters(
            PatchWhitening.Scatter(preprocessing.Normalise(images.Pixels.Narrow(0, 30)), kernel, kernel),
            drawn
        );
        Assert.That(Largest(Projector(whitened) - Projector(expected)), Is.LessThan(1e-4));

        static Tensor Projector(Tensor filters) => filters.flatten(1).t().mm(filters.flatten(1)); // does not depend on signs
    }

    [TestCase("cifar-resnet-8-w4", false)]
    [TestCase("cifar-resnet-8-w16", true)]
    [TestCase("cifar-resnet-8-w54", true)]
    [TestCase("cifar-resnet-8-w56", false)]
    [TestCase("resnet-18", true)]
    [TestCase("resnet-50", true)]
    public void Stem_EachBackbone_IsTheConvolutionOfTheImageAndWhitenedWhereItSuits(string name, bool whitens)
    {
        var options = new ImageClassifierOptions { Backbone = Backbone.Parse(name) };
        using var network = options.Backbone.Build(channels: 3, classes: 2, seed: 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NetworkBits.Of(network.Stem.Convolution.Weight), Is.EqualTo(NetworkBits.Of(network.state_dict()[Stem])));
            Assert.That(options.WhitensStem, Is.EqualTo(whitens));
            Assert.That((options with { Channels = 1 }).WhitensStem, Is.False);
            Assert.That((options with { WhitenedStem = true }).WhitensStem, Is.True);
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Fit_WhitenedStem_TrainsAllButTheFirstConvolution(bool whitened)
    {
        using var few = Fit(Options with { WhitenedStem = whitened, Epochs = 1 });
        using var many = Fit(Options with { WhitenedStem = whitened, Epochs = 2 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Weight(few, Stem).SequenceEqual(Weight(many, Stem)), Is.EqualTo(whitened));
            Assert.That(Weight(few, "layer1.0.conv1.weight"), Is.Not.EqualTo(Weight(many, "layer1.0.conv1.weight")));
        }
    }

    [Test]
    public void Fit_CancelledAndResumed_EndsAsIfNeverInterrupted()
    {
        using var training = new CheckpointedTraining();
        var options = training.Options with { WhitenedStem = true };
        var whole = training.Result(training.Fit(options with { CheckpointPath = null }));
        training.Cancel(step: 7, options);
        Assert.That(training.Result(training.Fit(options)).Weights, Is.EqualTo(whole.Weights));
    }

    [Test]
    public void Fit_FromAModel_StartsWithItsFirstConvolution()
    {
        using var first = Fit(Options with { WhitenedStem = false });
        using var trained = Fit(Options with { InitialWeights = first, LearningRate = 1e-4 });
        using var kept = Fit(Options with { InitialWeights = first, WhitenedStem = true });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Weight(trained, Stem), Is.Not.EqualTo(Weight(first, Stem)));
            Assert.That(Weight(trained, Stem), Is.EqualTo(Weight(first, Stem)).Within(1e-2f));
            Assert.That(Weight(kept, Stem), Is.EqualTo(Weight(first, Stem)));
        }
    }

    private static (Tensor Drawn, Tensor Whitened) Whitened(Backbone backbone, LabelledImages images)
    {
        using var network = backbone.Build(channels: 3, classes: 2, seed: 1);
        var drawn = network.Stem.Convolution.Weight.detach().clone();
        PatchWhitening.Apply(
            network,
            Preprocessing.Measure(images.Pixels, new ImageShape { Size = (int)images.Pixels.Narrow(0, 1).shape[1] }),
            images,
            seed: 1
        );
        return (drawn, network.Stem.Convolution.Weight.detach().clone());
    }

    private static ImageClassifierModel Fit(ImageClassifierOptions options)
    {
        var ml = new MLContext(seed: 1);
        return ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(ColourRows.Of(ml, 9, 4));
    }

    private static float[] Weight(ImageClassifierModel model, string name) =>
        model.Classifier.Network.state_dict()[name].data<float>().ToArray();

    private static double Largest(Tensor tensor) => tensor.to(float64).abs().max().item<double>();
}
