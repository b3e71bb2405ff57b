using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.Procrustean.Tests.Support;
using NUnit.Framework.Constraints;

namespace MLNet.Procrustean.Tests;

/// <summary>Data that does not fit is refused with what is wrong and where.</summary>
public sealed class ImageClassifierTrainerInputTests
{
    private readonly MLContext ml = new(seed: 1);
    private TinyModel tiny = null!;
    private TemporaryFolder folder = null!;

    [OneTimeSetUp]
    public void UseTheSharedImages() => tiny = TinyModel.Shared;

    [SetUp]
    public void MakeAFolder() => folder = new();

    [TearDown]
    public void RemoveTheFolder() => folder.Dispose();

    [Test]
    public void Fit_RowWithoutLabel_NamesTheRow() =>
        Assert.That(() => Fit(Rows((tiny.Paths[0], "cat"), (tiny.Paths[30], "owl"), (tiny.Paths[1], ""))), Refused("Row 2", "'Label'"));

    [Test]
    public void Fit_LabelNotAKey_SaysHowToMakeOne() => Assert.That(() => Fit(tiny.Images), Refused("'Label'", "MapValueToKey(\"Label\")"));

    [Test]
    public void Fit_MissingColumns_NamesThoseThereAre()
    {
        Assert.That(() => Fit(tiny.Keyed, TinyModel.Options with { LabelColumnName = "Kind" }), Refused("'Kind'", "ImagePath, Label"));
        Assert.That(() => Fit(tiny.Keyed, TinyModel.Options with { ImageColumnName = "Photo" }), Refused("'Photo'", "ImagePath, Label"));
    }

    [Test]
    public void Fit_ImageColumnOfNumbers_SaysWhatItTakes()
    {
        var numbers = ml.Transforms.Conversion.MapKeyToVector("Number", "Label").Fit(tiny.Keyed).Transform(tiny.Keyed);

        Assert.That(
            () => Fit(numbers, TinyModel.Options with { ImageColumnName = "Number" }),
            Refused("'Number'", "LoadRawImageBytes", "LoadImages")
        );
    }

    [Test]
    public void Fit_OneClass_IsRefused() =>
        Assert.That(() => Fit(Rows([.. tiny.Paths.Select(path => (path, "cat"))])), Refused("at least two classes"));

    [Test]
    public void Fit_ClassWithoutImages_IsNamed() =>
        Assert.That(() => Fit(ml.Data.FilterRowsByKeyColumnFraction(tiny.Keyed, "Label", upperBound: 0.6)), Refused("'owl'"));

    [Test]
    public void CrossValidate_KeysFittedBeforeTheFoldsAndAClassInOneFold_SaysWhereToPutTheKeys()
    {
        var rows = Rows([
            .. tiny.Paths.Select(
                (path, row) =>
                    (
                        path,
                        row == 7 ? "elk"
                        : row % 2 == 0 ? "cat"
                        : "dog"
                    )
            ),
        ]);
        var trainer = TinyModel.Trainer(ml, TinyModel.Options with { Epochs = 1 });
        Assert.That(
            () => ml.MulticlassClassification.CrossValidate(rows, trainer, numberOfFolds: 2),
            Refused("Class 'elk' has no training image", "for cross-validation put it into the pipeline")
        );
    }

    [Test]
    public void Fit_ClassWithoutImages_IsNamedBeforeAnImageIsRead() =>
        Assert.That(
            () => Fit(ml.Data.TakeRows(Rows(("no such file", "cat"), ("no such file", "dog"), ("no such file", "owl")), 2)),
            Refused("Class 'owl' has no training image")
        );

    [Test]
    public void Fit_NoRows_IsRefused() => Assert.That(() => Fit(ml.Data.SkipRows(tiny.Keyed, 36)), Refused("no row"));

    [TestCase("missing", "does not exist")]
    [TestCase("empty", "0 bytes")]
    [TestCase("cut", "")]
    [TestCase("text", "JPEG, PNG")]
    public void Fit_UnreadableFile_IsNamed(string kind, string problem)
    {
        var path = Bad(kind);

        Assert.That(
            () => Fit(Rows((tiny.Paths[0], "cat"), (path, "dog"))),
            Throws.TypeOf<ImageException>().With.Property("Origin").EqualTo(path).And.Message.Contains(problem)
        );
    }

    [Test]
    public void Fit_RefusingAFile_LeavesNoTensors()
    {
        var bad = Rows((tiny.Paths[0], "cat"), (Bad("cut"), "dog"));
        var good = Rows((tiny.Paths[0], "cat"), (tiny.Paths[30], "dog"));

        var left = NativeMemory.TensorsLeftBy(() =>
        {
            Assert.That(() => Fit(bad), Throws.TypeOf<ImageException>());
            Assert.That(() => Fit(good, TinyModel.Options with { ValidationSet = bad }), Throws.TypeOf<ImageException>());
        });

        Assert.That(left, Is.LessThanOrEqualTo(0));
    }

    [Test]
    public void Fit_SkippingBadImages_TrainsOnTheOthersAndListsThem()
    {
        var warnings = new List<string>();
        var context = new MLContext(seed: 1);
        context.Log += (_, line) =>
        {
            if (line.Kind == ChannelMessageKind.Warning)
            {
                warnings.Add(line.Message);
            }
        };
        string[] bad = [Bad("missing"), Bad("empty"), Bad("cut"), Bad("text")];
        var good = tiny.Paths.Zip(tiny.Images.GetColumn<string>("Label"));
        var rows = Rows([
            good.First(),
            (bad[0], "owl"),
            .. good.Skip(1).Take(30),
            (bad[1], "cat"),
            (bad[2], "dog"),
            .. good.Skip(31),
            (bad[3], "cat"),
        ]);

        using var model = TinyModel.Trainer(context, TinyModel.Options with { BadImages = BadImages.Skip }).Fit(rows);

        Assert.That(model.SkippedImages.Select(problem => problem.Origin), Is.EqualTo(bad));
        Assert.That(bad.Select(path => warnings.Count(line => line.Contains(path))), Is.All.EqualTo(1));
        Assert.That(model.TrainingCounts, Is.EquivalentTo(new long[] { 20, 10, 6 }));
    }

    [Test]
    public void Fit_SkippingAllImagesOfAClass_NamesTheClass()
    {
        var rows = Rows((tiny.Paths[0], "cat"), (Bad("cut"), "dog"));

        Assert.That(() => Fit(rows, TinyModel.Options with { BadImages = BadImages.Skip }), Refused("'dog'"));
    }

    [Test]
    public void Fit_SkippingAllImages_IsRefused()
    {
        var rows = Rows((Bad("missing"), "cat"), (Bad("cut"), "dog"));

        Assert.That(() => Fit(rows, TinyModel.Options with { BadImages = BadImages.Skip }), Refused("None of the 2 images"));
    }

    [Test]
    public void Fit_ValidationSetOfOtherClasses_NamesBoth()
    {
        var other = Rows((tiny.Paths[0], "cat"), (tiny.Paths[1], "fox"));

        Assert.That(() => Fit(tiny.Keyed, TinyModel.Options with { ValidationSet = other }), Refused("cat, fox", "cat, dog, owl"));
    }

    [Test]
    public void Transform_UnreadableFile_IsNamed()
    {
        var path = Bad("cut");
        var good = tiny.Paths[0];

        Assert.That(
            () => TinyModel.Scores(tiny.Classifier.Transform(Rows((good, "cat"), (path, "cat")))),
            Throws.TypeOf<ImageException>().With.Property("Origin").EqualTo(path)
        );
        var engine = ml.Model.CreatePredictionEngine<Photo, Score>(tiny.Classifier); // disposing it would dispose the shared model
        Assert.That(
            () => engine.Predict(new() { ImagePath = path }),
            Throws.TypeOf<ImageException>().With.Property("Origin").EqualTo(path)
        );
        Assert.That(engine.Predict(new() { ImagePath = good }).Values, Is.EqualTo(tiny.Scores()[0]).Within(1e-5f), "and continues");
    }

    [Test]
    public void Transform_MissingImageColumn_IsRefused() =>
        Assert.That(
            () => tiny.Classifier.Transform(ml.Transforms.DropColumns("ImagePath").Fit(tiny.Images).Transform(tiny.Images)),
            Refused("'ImagePath'", "Label")
        );

    private static Constraint Refused(params string[] parts) =>
        parts.Aggregate((Constraint)Throws.ArgumentException, (all, part) => all.And.Message.Contains(part));

    private string Bad(string kind) =>
        kind switch
        {
            "missing" => Path.Combine(folder.Path, "nowhere.png"),
            "empty" => folder.Write("empty.png", []),
            "cut" => folder.Write("cut.png", ImageFolders.Png(0, 0)[..100]),
            _ => folder.Write("text.png", "no image at all"u8.ToArray()),
        };

    private IDataView Rows(params (string Path, string Label)[] rows)
    {
        var data = ml.Data.LoadFromEnumerable(
            rows.Select(row => new LabelledImageFile { ImagePath = row.Path, Label = row.Label }).ToList()
        );
        return ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    private ImageClassifierModel Fit(IDataView data, ImageClassifierOptions? options = null) =>
        TinyModel.Trainer(ml, options ?? TinyModel.Options).Fit(data);

    private sealed class Photo
    {
        public string ImagePath { get; set; } = "";
    }

    private sealed class Score
    {
        [ColumnName("Score")]
        public float[] Values { get; set; } = [];
    }
}
