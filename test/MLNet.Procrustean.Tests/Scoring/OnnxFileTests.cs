using System.Text.Json;
using Google.Protobuf;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Scoring;

/// <summary>Exported files, and what they say of themselves.</summary>
public sealed class OnnxFileTests
{
    private static readonly TinyModel Tiny = TinyModel.Shared;
    private RandomClassifier small = null!;

    private static Backbone[] Backbones =>
        [
            new CifarResNet { Depth = 8, Width = 4 },
            new ResNet
            {
                Depth = 18,
                Blocks = (1, 1, 1, 1),
                Variant = ResNetVariant.D,
            },
            new MobileNetV3(),
            new LeNet { ImageSize = 32 },
        ];

    [OneTimeSetUp]
    public void DrawSmallClassifier() => small = new(Backbones[0], ClassifierHead.Linear);

    [OneTimeTearDown]
    public void DisposeSmallClassifier() => small.Dispose();

    [Test]
    public void Of_MoreThanTwoGigabytes_IsRefused()
    {
        var megabytes = new NamedArray("part", "F32", [], new byte[8 << 20]);
        Assert.That(
            () => OnnxExport.Of(small.Texts(16), [.. Enumerable.Repeat(megabytes, 256)]),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains("at most 21")
        );
    }

    [Test]
    public void Of_Weights_LeavesThemAsTheyAre()
    {
        var before = small.Weights.ConvertAll(array => array with { Bytes = [.. array.Bytes] });
        OnnxExport.Of(small.Texts(16), small.Weights);
        Assert.That(small.Weights.Select(array => array.Bytes), Is.EqualTo(before.Select(array => array.Bytes)));
    }

    [Test]
    public void SaveOnnx_TrainedModel_ScoresItsImagesAlike()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        Tiny.Classifier.SaveOnnx(path);
        var shape = Tiny.Classifier.Classifier.Preprocessing.Shape;
        byte[] pixels = [.. Tiny.Paths.SelectMany(image => Decoded.Of(image, shape))];

        using var scores = new OnnxScores(File.ReadAllBytes(path));
        var actual = scores.Of(pixels, shape).Select(image => image.Probabilities);
        Assert.That(actual, Is.EqualTo(Tiny.Scores()).Within(1e-6f));
    }

    [Test]
    public void Properties_OfAFile_AreThoseOfAModelFile()
    {
        using var scores = new OnnxScores(OnnxExport.Of(small.Texts(16, averageFlips: true), small.Weights).ToByteArray());
        var metadata = scores.Session.ModelMetadata;
        var properties = metadata.CustomMetadataMap;
        var read = ModelTexts.Read(properties, RandomClassifier.Classes.Length);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metadata.ProducerName, Is.EqualTo("MLNet.Procrustean"));
            Assert.That(JsonSerializer.Deserialize<string[]>(properties["class_names"]), Is.EqualTo(RandomClassifier.Classes));
            Assert.That(properties["format"], Is.EqualTo(OnnxExport.Format));
            Assert.That(properties["format_version"], Is.EqualTo("1"));
            Assert.That(properties["library_version"], Does.Match(@"^\d+\.\d+\.\d+"));
            Assert.That(read.ToTexts(), Is.EqualTo(small.Texts(16, averageFlips: true).ToTexts()));
            Assert.That(scores.Session.InputMetadata["pixels"].Dimensions, Is.EqualTo(new[] { -1, 16, 16, 3 }));
            Assert.That(scores.Session.InputMetadata["pixels"].ElementType, Is.EqualTo(typeof(byte)));
            Assert.That(scores.Session.OutputMetadata["probabilities"].Dimensions, Is.EqualTo(new[] { -1, 5 }));
            Assert.That(scores.Session.OutputMetadata["features"].Dimensions, Is.EqualTo(new[] { -1, 16 }));
        }
    }

    [Test]
    public void Of_AnyBackbone_PassesTheCheckerOfOnnx()
    {
        using var folder = new TemporaryFolder();
        foreach (var (i, backbone) in Backbones.Index())
        {
            var head = i == 0 ? ClassifierHead.Cosine : ClassifierHead.Linear;
            using var classifier = new RandomClassifier(backbone, head);
            var model = OnnxExport.Of(
                classifier.Texts(Math.Min(backbone.SmallestImage + 5, backbone.LargestImage), i < 2),
                classifier.Weights
            );
            File.WriteAllBytes(Path.Combine(folder.Path, $"{i}.onnx"), model.ToByteArray());
        }

        OnnxChecker.Check(Directory.GetFiles(folder.Path));
    }
}
