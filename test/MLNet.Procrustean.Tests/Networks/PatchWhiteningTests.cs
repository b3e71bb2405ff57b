using Microsoft.ML;
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
        const int images = 4, size = 7, kernel = 3;
        var pixels = randn([images, channels, size, size], generator: new Generator(3));
        var values = channels * kernel * kernel;
        var expected = new double[values, values];
        for (var image = 0; image < images; image++)
        {
            for (var top = 0; top + kernel <= size; top += stride)
            {
                for (var left = 0; left + kernel <= size; left += stride)
                {
                    var patch = from channel in Enumerable.Range(0, channels)
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

        Assert.That(PatchWhitening.Scatter(pixels, kernel, stride).data<double>().ToArray(), Is.EqualTo(expected.Cast<double>()).Within(1e-9));
    }

    // With C f = λ f and the f of length one and at right angles, the responses f · p are not correlated, and their mean squares are the largest λ.
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

    [TestCase(null, 3, true)]
    [TestCase(null, 1, false)]
    [TestCase(true, 1, true)]
    [TestCase(false, 3, false)]
    public void Fit_WhitenedStem_TrainsAllButTheFirstConvolution(bool? whitened, int channels, bool isFixed)
    {
        var options = Options with { WhitenedStem = whitened, Channels = channels };
        using var few = Fit(options with { Epochs = 1 });
        using var many = Fit(options with { Epochs = 2 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Weight(few, Stem).SequenceEqual(Weight(many, Stem)), Is.EqualTo(isFixed));
            Assert.That(Weight(few, "layer1.0.conv1.weight"), Is.Not.EqualTo(Weight(many, "layer1.0.conv1.weight")));
        }
    }

    [Test]
    public void Fit_FromAModel_GoesOnWithItsFirstConvolutionAndTrainsIt()
    {
        using var first = Fit(Options);
        using var second = Fit(Options with { StartFrom = first, LearningRate = 1e-4 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Weight(second, Stem), Is.Not.EqualTo(Weight(first, Stem)));
            Assert.That(Weight(second, Stem), Is.EqualTo(Weight(first, Stem)).Within(1e-2f));
        }
    }

    private static ImageClassifierModel Fit(ImageClassifierOptions options)
    {
        var ml = new MLContext(seed: 1);
        return ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(ColourRows.Of(ml, 9, 4));
    }

    private static float[] Weight(ImageClassifierModel model, string name) => model.Classifier.Network.state_dict()[name].data<float>().ToArray();

    private static double Largest(Tensor tensor) => tensor.to(float64).abs().max().item<double>();
}
