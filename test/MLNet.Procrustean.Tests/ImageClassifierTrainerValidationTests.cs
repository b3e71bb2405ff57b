using Microsoft.ML;
using Microsoft.ML.Transforms;
using MLNet.Procrustean.Tests.Support;
using NUnit.Framework.Constraints;

namespace MLNet.Procrustean.Tests;

/// <summary>
/// Validation images that cannot serve are refused by the name of their option and, where labels and columns tell, before an image is read:
/// the files of the training images do not exist.
/// </summary>
public sealed class ImageClassifierTrainerValidationTests
{
    private const string NoFile = "no such file";
    private readonly MLContext ml = new(seed: 1);
    private TinyModel tiny = null!;
    private IDataView texts = null!;
    private ValueToKeyMappingTransformer keys = null!;

    private IDataView Train => keys.Transform(texts);

    [OneTimeSetUp]
    public void FitTheKeys()
    {
        tiny = TinyModel.Shared;
        texts = Rows("cat", "dog");
        keys = Keys(texts);
    }

    [Test]
    public void Fit_ValidationSetWithALabelThatTrainingLacks_NamesTheLabel() =>
        AssertRefused(
            keys.Transform(Rows("cat", "fox")),
            "Row 1 (counted from 0) has 'fox' in column 'Label', which is not one of the 2 classes: cat, dog. Remove such rows"
        );

    [Test]
    public void Fit_ValidationSetWithoutALabel_NamesTheRow() => AssertRefused(keys.Transform(Rows("cat", "")), "Row 1", "has no label");

    [Test]
    public void Fit_ValidationSetWithoutRows_SaysSo() => AssertRefused(ml.Data.SkipRows(Train, 2), "There is no row");

    [TestCase("ImagePath")]
    [TestCase("Label")]
    public void Fit_ValidationSetWithoutAColumn_NamesIt(string column) =>
        AssertRefused(ml.Transforms.DropColumns(column).Fit(Train).Transform(Train), $"There is no column '{column}'");

    [Test]
    public void Fit_ValidationSetWithTextLabels_SaysHowToMakeKeys() => AssertRefused(texts, "MapValueToKey(\"Label\")");

    [Test]
    public void Fit_ValidationSetWithKeysOfItsOwn_NamesTheClassesOfBoth()
    {
        var others = Rows("cat", "fox");
        AssertRefused(Keys(others).Transform(others), "The classes are cat, fox, and those of the training set cat, dog;");
    }

    [Test]
    public void Fit_ValidationSetOfLoadedImagesWithACache_SaysWhatToGive()
    {
        using var folder = new TemporaryFolder();
        var paths = ml.Transforms.CopyColumns("Image", "ImagePath").Fit(Train).Transform(Train);
        var loaded = ml.Transforms.LoadImages("Image", "", "ImagePath").Fit(Train).Transform(Train);
        var options = TinyModel.Options with
        {
            ImageColumnName = "Image",
            CachePath = Path.Combine(folder.Path, "cache"),
            ValidationSet = loaded,
        };
        Assert.That(() => Fit(paths, options), Refused("ValidationSet: CachePath is given, and column 'Image' holds MLImage"));
        Assert.That(Directory.GetFiles(folder.Path), Is.Empty);
    }

    [Test]
    public void Fit_ValidationSetWithoutAReadableImage_SaysWhoseItIs()
    {
        var options = TinyModel.Options with { BadImages = BadImages.Skip, ValidationSet = tiny.Keys.Transform(Rows("cat", "dog")) };
        Assert.That(() => Fit(tiny.Keyed, options), Refused("ValidationSet: None of the 2 images can be read"));
    }

    [Test]
    public void Fit_LabelThatTheKeysLack_NamesTheLabel() =>
        Assert.That(
            () => Fit(keys.Transform(Rows("cat", "dog", "fox"))),
            Refused("Row 2 (counted from 0) has 'fox' in column 'Label'", "not one of the 2 classes: cat, dog", "fit MapValueToKey on")
        );

    [Test]
    public void Fit_FractionOfAClassWithOneImage_NamesClassAndOption() =>
        Assert.That(
            () => Fit(keys.Transform(Rows("cat", "cat", "dog")), TinyModel.Options with { ValidationSetFraction = 0.3 }),
            Refused("Class 'dog' has only one row, and ValidationSetFraction holds out", "set the fraction to 0")
        );

    [Test]
    public void Fit_FractionOfAClassWithOneReadableImage_NamesClassAndOption()
    {
        var rows = tiny.Paths[..3].Select(path => Row(path, "cat")).Append(Row(tiny.Paths[30], "dog")).Append(Row(NoFile, "dog"));
        var options = TinyModel.Options with { BadImages = BadImages.Skip, ValidationSetFraction = 0.3 };
        Assert.That(
            () => Fit(keys.Transform(ml.Data.LoadFromEnumerable(rows.ToList())), options),
            Refused("Class 'dog' has only one row, and ValidationSetFraction holds out")
        );
    }

    private void AssertRefused(IDataView validation, params string[] parts) =>
        Assert.That(() => Fit(Train, TinyModel.Options with { ValidationSet = validation }), Refused(["ValidationSet: ", .. parts]));

    private static Constraint Refused(params string[] parts) =>
        parts.Aggregate((Constraint)Throws.ArgumentException, (all, part) => all.And.Message.Contains(part));

    private IDataView Rows(params string[] labels) => ml.Data.LoadFromEnumerable(labels.Select(label => Row(NoFile, label)).ToList());

    private static LabelledImageFile Row(string path, string label) => new() { ImagePath = path, Label = label };

    private ValueToKeyMappingTransformer Keys(IDataView rows) => ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows);

    private ImageClassifierModel Fit(IDataView data, ImageClassifierOptions? options = null) =>
        TinyModel.Trainer(ml, options ?? TinyModel.Options).Fit(data);
}
