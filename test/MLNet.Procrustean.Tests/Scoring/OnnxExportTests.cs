using Google.Protobuf;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Scoring;

/// <summary>Exported models give what our own scoring gives.</summary>
public sealed class OnnxExportTests
{
    private static readonly Backbone[] Backbones =
    [
        new CifarResNet { Depth = 8, Width = 6 },
        new CifarResNet { Depth = 20 },
        new ResNet { Depth = 34, Blocks = (1, 2, 1, 1) },
        new ResNet
        {
            Depth = 50,
            Variant = ResNetVariant.D,
            Blocks = (2, 1, 1, 1),
        },
        new MobileNetV3(),
        new LeNet { ImageSize = 20 },
    ];

    [Test]
    public void Of_AnyBackboneHeadAndSize_ScoresAsTheModelDoes(
        [ValueSource(nameof(Backbones))] Backbone backbone,
        [Values] ClassifierHead head,
        [Values(1, 3)] int channels
    ) => AssertExported(backbone, head, channels);

    [Test]
    public void Of_OtherBlocksOfAVariant_ScoresAsTheModelDoes([Values] ResNetVariant variant) =>
        AssertExported(
            new ResNet
            {
                Depth = variant == ResNetVariant.D ? 18 : 50,
                Variant = variant,
                Blocks = (1, 1, 1, 1),
            },
            ClassifierHead.Linear,
            channels: 3
        );

    private static void AssertExported(Backbone backbone, ClassifierHead head, int channels)
    {
        using var classifier = new RandomClassifier(backbone, head, channels);
        var smallest = backbone.SmallestImage;
        foreach (
            var (size, averageFlips, temperature, images) in new[]
            {
                (smallest, true, 1, 3),
                (smallest, true, 0.6, 3),
                (Math.Min(smallest + 11, backbone.LargestImage), false, 1, 9),
                (smallest, false, 0.5, 3),
            }
        )
        {
            var texts = classifier.Texts(size, averageFlips) with { Temperature = temperature };
            using var exported = new OnnxScores(OnnxExport.Of(texts, classifier.Weights).ToByteArray());
            var pixels = RandomClassifier.Pixels(images, texts.Preprocessing.Shape);
            var expected = classifier.Score(texts, pixels);
            Assert.That(Spread(expected), Is.GreaterThan(0.003), "the images would be all the same");
            AssertEqual(exported.Of(pixels, texts.Preprocessing.Shape), expected, head);
            AssertEqual(exported.Of(pixels[..texts.Preprocessing.Shape.Bytes], texts.Preprocessing.Shape), expected[..1], head);
        }
    }

    private static void AssertEqual(ScoredImage[] actual, ScoredImage[] expected, ClassifierHead head)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        Assert.That(actual.Select(BestClass), Is.EqualTo(expected.Select(BestClass)));
        var farthest = actual.Zip(expected, (one, other) => Distance(one.Probabilities, other.Probabilities)).Max();
        var largest = expected.Max(image => image.Features.Max(Math.Abs));
        var farthestFeature = actual.Zip(expected, (one, other) => Distance(one.Features, other.Features)).Max() / largest;
        TestContext.Out.WriteLine($"probabilities {farthest:g2}, features {farthestFeature:g2}");
        using (Assert.EnterMultipleScope())
        {
            // 30 · cos takes the rounding of a cosine, a sum of products, times 30
            Assert.That(farthest, Is.LessThanOrEqualTo(head == ClassifierHead.Cosine ? 5e-6 : 1e-6));
            Assert.That(farthestFeature, Is.LessThanOrEqualTo(1e-5));
        }
    }

    // How much the probability of a class changes from image to image at most.
    private static double Spread(ScoredImage[] images) =>
        Enumerable
            .Range(0, RandomClassifier.Classes.Length)
            .Max(c => images.Max(image => image.Probabilities[c]) - images.Min(image => image.Probabilities[c]));

    private static double Distance(float[] one, float[] other) => one.Zip(other, (a, b) => Math.Abs((double)a - b)).Max();

    private static int BestClass(ScoredImage image) => Array.IndexOf(image.Probabilities, image.Probabilities.Max());
}
