using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests;

public sealed class ImageClassifierTrainerTests
{
    private readonly MLContext ml = new(seed: 1);
    private TinyModel tiny = null!;

    [OneTimeSetUp]
    public void UseTheSharedImages() => tiny = TinyModel.Shared;

    [Test]
    public void Fit_OnEncodedBytes_GivesTheSameModelAsOnPaths()
    {
        var data = ml.Transforms.LoadRawImageBytes("Bytes", "", "ImagePath").Fit(tiny.Keyed).Transform(tiny.Keyed);

        using var model = TinyModel.Trainer(ml, TinyModel.Options with { ImageColumnName = "Bytes" }).Fit(data);

        Assert.That(TinyModel.Scores(model.Transform(data)), Is.EqualTo(tiny.Scores()));
    }

    [Test]
    public void Fit_OnLoadedImages_GivesTheSameModelAsOnPaths()
    {
        var data = ml.Transforms.LoadImages("Image", "", "ImagePath").Fit(tiny.Keyed).Transform(tiny.Keyed);

        using var model = TinyModel.Trainer(ml, TinyModel.Options with { ImageColumnName = "Image" }).Fit(data);

        Assert.That(TinyModel.Scores(model.Transform(data)), Is.EqualTo(tiny.Scores()), "a PNG of the right size has one meaning");
    }

    [TestCase("ImagePath", 0)]
    [TestCase("Image", 1)]
    public void Fit_OnLoadedImages_LogsOnceThatTheirOrientationIsLost(string column, int times)
    {
        var log = Log(out var context);
        var data = ml.Transforms.LoadImages("Image", "", "ImagePath").Fit(tiny.Keyed).Transform(tiny.Keyed);
        var options = TinyModel.Options with { ImageColumnName = column, ValidationSet = data, Epochs = 1 };

        using var model = TinyModel.Trainer(context, options).Fit(data);

        var lines = log.Where(line => line.Message.Contains("EXIF orientation")).ToList();
        Assert.That(lines, Has.Count.EqualTo(times));
        Assert.That(lines.Select(line => line.Kind), Is.All.EqualTo(ChannelMessageKind.Info));
        Assert.That(
            lines.Select(line => line.Message),
            Is.All.Contains("'Image'").And.All.Contains("LoadRawImageBytes").And.All.Contains("paths")
        );
    }

    [Test]
    public void Fit_SameSeedOfTheContext_GivesTheSameModel()
    {
        float[][] Train(int seed, int? own)
        {
            using var model = TinyModel.Trainer(new MLContext(seed), TinyModel.Options with { Seed = own, Epochs = 1 }).Fit(tiny.Keyed);
            return TinyModel.Scores(model.Transform(tiny.Images));
        }

        var first = Train(seed: 1, own: null);
        Assert.That(Train(seed: 1, own: null), Is.EqualTo(first));
        Assert.That(Train(seed: 2, own: null), Is.Not.EqualTo(first));
        Assert.That(Train(seed: 1, own: 9), Is.EqualTo(Train(seed: 2, own: 9)), "the seed of the options wins");
    }

    [Test]
    public void Fit_TwiceWithOneSeedOfTheContext_DrawsTwoSeedsThatAreTheSameInAnotherContext()
    {
        float[][][] TrainTwice()
        {
            var context = new MLContext(seed: 1);
            float[][] Train()
            {
                using var model = TinyModel.Trainer(context, TinyModel.Options with { Seed = null, Epochs = 1 }).Fit(tiny.Keyed);
                return TinyModel.Scores(model.Transform(tiny.Images));
            }

            return [Train(), Train()];
        }

        var scores = TrainTwice();
        Assert.That(scores[1], Is.Not.EqualTo(scores[0]));
        Assert.That(TrainTwice(), Is.EqualTo(scores));
    }

    [Test]
    public void Fit_InsideADisposeScope_GivesAModelThatOutlivesIt()
    {
        ImageClassifierModel model;
        using (NewDisposeScope())
        {
            model = TinyModel.Trainer(ml, TinyModel.Options).Fit(tiny.Keyed);
        }

        using (model)
        {
            Assert.That(TinyModel.Scores(model.Transform(tiny.Images)), Is.EqualTo(tiny.Scores()));
        }
    }

    [Test]
    public void Fit_InsideNoGradient_TrainsAsUsual()
    {
        using var noGradient = no_grad();
        using var model = TinyModel.Trainer(ml, TinyModel.Options).Fit(tiny.Keyed);

        Assert.That(TinyModel.Scores(model.Transform(tiny.Images)), Is.EqualTo(tiny.Scores()));
    }

    [Test]
    public void Fit_ThenDispose_LeavesNoTensors()
    {
        var options = TinyModel.Options with { Epochs = 2, ValidationSetFraction = 0.3, Keep = KeptEpoch.Best };

        var left = NativeMemory.TensorsLeftBy(() => TinyModel.Trainer(ml, options).Fit(tiny.Keyed).Dispose());

        Assert.That(left, Is.LessThanOrEqualTo(TinyModel.Parameters));
    }

    [Test]
    public void Fit_Logging_WritesOneLinePerEpoch()
    {
        var lines = Log(out var context);

        using var model = TinyModel.Trainer(context, TinyModel.Options).Fit(tiny.Keyed);

        Assert.That(
            lines.Where(line => line.Message.Contains("Epoch ")).Select(line => line.Message.Split("Epoch ")[1][..3]),
            Is.EqualTo(new[] { "1/3", "2/3", "3/3" })
        );
        Assert.That(lines, Has.Some.Property("Message").Contains("seed 5").And.Property("Message").Contains("cat"));
        Assert.That(model.EpochReports.Select(report => report.Epoch), Is.EqualTo(new[] { 1, 2, 3 }));
    }

    [Test]
    public void Fit_GpuWithoutFallback_SaysThatThereIsNoGpu()
    {
        var context = new MLContext(seed: 1) { GpuDeviceId = 99, FallbackToCpu = false };

        Assert.That(
            () => TinyModel.Trainer(context, TinyModel.Options).Fit(tiny.Keyed),
            Throws.InvalidOperationException.With.Message.Contains("GpuDeviceId is 99").And.Message.Contains("FallbackToCpu")
        );
    }

    [Test]
    public void Fit_GpuWithFallback_WarnsAndTrainsOnTheProcessor()
    {
        var lines = Log(out var context);
        context.GpuDeviceId = 99;
        context.FallbackToCpu = true;

        using var model = TinyModel.Trainer(context, TinyModel.Options).Fit(tiny.Keyed);

        Assert.That(
            lines,
            Has.Some.Matches<LoggingEventArgs>(line =>
                line!.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning && line.Message.Contains("CPU", StringComparison.Ordinal)
            )
        );
        Assert.That(TinyModel.Scores(model.Transform(tiny.Images)), Is.EqualTo(tiny.Scores()));
    }

    [Test]
    public void Fit_CancelledBeforehand_Stops() =>
        Assert.That(
            () => TinyModel.Trainer(ml, TinyModel.Options with { Cancellation = new(canceled: true) }).Fit(tiny.Keyed),
            Throws.InstanceOf<OperationCanceledException>()
        );

    [Test]
    public void Fit_DivergedInTheFirstEpoch_LeavesNoTensors()
    {
        var left = NativeMemory.TensorsLeftBy(() =>
            Assert.That(
                () => TinyModel.Trainer(ml, TinyModel.Options with { LearningRate = 1e30 }).Fit(tiny.Keyed),
                Throws.TypeOf<TrainingDivergedException>().With.Property("LastGoodModel").Null
            )
        );

        Assert.That(left, Is.LessThanOrEqualTo(TinyModel.Parameters));
    }

    [TestCase(null)]
    [TestCase("Features")]
    public void GetOutputSchema_OfShapes_AgreesWithTheModel(string? features)
    {
        using var embedding = tiny.Classifier.WithFeatureColumn(features ?? "Features");
        var model = features is null ? tiny.Classifier : embedding;
        var promised = TinyModel
            .Trainer(ml, TinyModel.Options with { FeatureColumnName = features })
            .GetOutputSchema(ShapeOf(tiny.Keyed.Schema))
            .ToDictionary(column => column.Name);

        var real = ShapeOf(model.GetOutputSchema(tiny.Keyed.Schema)).ToDictionary(column => column.Name);
        Assert.That(promised.Keys, Is.EquivalentTo(real.Keys));
        foreach (var (name, column) in real)
        {
            AssertSame(promised[name], column, name);
            var annotations = column.Annotations.ToDictionary(annotation => annotation.Name);
            foreach (var annotation in promised[name].Annotations)
            {
                Assert.That(annotations, Does.ContainKey(annotation.Name), name);
                AssertSame(annotation, annotations[annotation.Name], $"{name}.{annotation.Name}");
            }
        }

        static void AssertSame(SchemaShape.Column one, SchemaShape.Column other, string name) =>
            Assert.That((one.Kind, one.ItemType, one.IsKey), Is.EqualTo((other.Kind, other.ItemType, other.IsKey)), name);
    }

    [Test]
    public void GetOutputSchema_OfWrongShapes_RefusesThem()
    {
        SchemaShape Output(string label, string image) =>
            TinyModel
                .Trainer(ml, TinyModel.Options with { LabelColumnName = label, ImageColumnName = image })
                .GetOutputSchema(ShapeOf(tiny.Keyed.Schema));

        Assert.That(
            () => Output("Kind", "ImagePath"),
            Throws.ArgumentException.With.Message.Contains("'Kind'").And.Message.Contains("Label")
        );
        Assert.That(() => Output("ImagePath", "ImagePath"), Throws.ArgumentException.With.Message.Contains("MapValueToKey"));
        Assert.That(() => Output("Label", "Label"), Throws.ArgumentException.With.Message.Contains("LoadImages"));
    }

    // ML.NET makes shapes of real columns only internally.
    private static SchemaShape ShapeOf(DataViewSchema schema) =>
        (SchemaShape)typeof(SchemaShape).GetMethod("Create", BindingFlags.NonPublic | BindingFlags.Static)!.Invoke(null, [schema])!;

    private static List<LoggingEventArgs> Log(out MLContext context)
    {
        var lines = new List<LoggingEventArgs>();
        context = new(seed: 1);
        context.Log += (_, line) => lines.Add(line);
        return lines;
    }
}
