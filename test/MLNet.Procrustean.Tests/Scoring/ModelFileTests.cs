using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Tests.Support;
using NUnit.Framework.Constraints;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Scoring;

public sealed class ModelFileTests
{
    private byte[] whole = null!;
    private int weightsStart;

    [OneTimeSetUp]
    public void SaveTheSharedModel()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        TinyModel.Shared.Classifier.SaveSafeTensors(path);
        whole = File.ReadAllBytes(path);
        weightsStart = 8 + BitConverter.ToInt32(whole);
    }

    [Test]
    public void Read_OfASavedModel_GivesItsContents()
    {
        var contents = ModelFile.Read(new MemoryStream(whole));

        var classifier = contents.Build();
        using var network = classifier.Network;
        using var again = new MemoryStream();
        ModelFile.Write(again, ModelContents.Of(classifier, contents.Texts.Columns));
        Assert.That(again.ToArray(), Is.EqualTo(whole));
        Assert.That(classifier.Labels.Names, Is.EqualTo(new[] { "cat", "dog", "owl" }));
        Assert.That(classifier.TrainingCounts, Is.EqualTo(new long[] { 20, 10, 6 }));
    }

    [Test]
    public void Read_ModelWithFeaturesFlipsAndTemperature_GivesAllAndWritesThem()
    {
        var file = Forged(
            (texts, _) => (texts["feature_column"], texts["average_flips"], texts["temperature"]) = ("Embedding", "true", "0.1")
        );
        var contents = ModelFile.Read(new MemoryStream(file));

        using var again = new MemoryStream();
        ModelFile.Write(again, contents);
        var read = contents.Texts;
        Assert.That((read.Columns.Features, read.AverageFlips, read.Temperature), Is.EqualTo(("Embedding", true, 0.1)));
        Assert.That(
            SafeTensors.Read(new MemoryStream(again.ToArray())).Metadata,
            Is.EqualTo(SafeTensors.Read(new MemoryStream(file)).Metadata)
        );
    }

    [Test]
    public void Read_ModelWithoutFeaturesFlipsAndTemperature_HasNoneOfTheirTexts()
    {
        var (texts, _) = ModelFile.Read(new MemoryStream(whole));

        Assert.That((texts.Columns.Features, texts.AverageFlips, texts.Temperature), Is.EqualTo(((string?)null, false, 1.0)));
        Assert.That(SafeTensors.Read(new MemoryStream(whole)).Metadata.Keys, Has.None.Matches("feature_column|average_flips|temperature"));
    }

    [Test]
    public void Read_OfANetworkWithOtherBlocks_GivesItBack()
    {
        var (texts, _) = ModelFile.Read(new MemoryStream(whole));
        var backbone = new ResNet { Blocks = (1, 1, 1, 2) };
        using var network = backbone.Build(channels: 3, classes: 3, seed: 1);
        var preprocessing = texts.Preprocessing with { Shape = texts.Preprocessing.Shape with { Size = 32 } };
        using var file = new MemoryStream();
        var with = texts with { Backbone = backbone, Preprocessing = preprocessing };
        ModelFile.Write(file, new(with, NetworkWeights.Capture(network)));
        file.Position = 0;

        var again = ModelFile.Read(file).Build();

        using var read = again.Network;
        Assert.That(again.Backbone, Is.EqualTo(backbone));
        Assert.That(read.Stages[3].children().Count(), Is.EqualTo(2));
    }

    [Test]
    public void Read_InsideADisposeScope_GivesANetworkThatOutlivesIt()
    {
        TrainedClassifier classifier;
        using (NewDisposeScope())
        {
            classifier = ModelFile.Read(new MemoryStream(whole)).Build();
        }

        using var network = classifier.Network;
        Assert.That(network.parameters().Select(parameter => parameter.IsInvalid), Is.All.False);
    }

    [Test]
    public void Read_CutShortAnywhere_SaysSo()
    {
        for (var part = 0; part < 50; part++)
        {
            var cut = whole[..(whole.Length * part / 50)];
            Assert.That(() => Read(cut), Damaged("cut short"), $"{cut.Length} bytes");
        }
    }

    [Test]
    public void Read_AnyEarlyByteChanged_ReadsOrSaysDamaged()
    {
        foreach (var mask in new byte[] { 0x01, 0x80, 0xff })
        {
            for (var place = 0; place < 400; place++)
            {
                var damaged = whole.ToArray();
                damaged[place] ^= mask;
                Assert.That(() => ReadOrFindDamaged(damaged), Throws.Nothing, $"byte {place}, mask {mask}");
            }
        }
    }

    [TestCase(0.1)]
    [TestCase(0.5)]
    [TestCase(0.999)]
    public void Read_WeightChanged_SaysThatTheChecksumDiffers(double where)
    {
        var damaged = whole.ToArray();
        damaged[weightsStart + (int)((whole.Length - weightsStart) * where)] ^= 0x10;

        Assert.That(() => Read(damaged), Damaged("checksum"));
    }

    [Test]
    public void Read_TextChanged_SaysThatTheChecksumDiffers() =>
        Assert.That(() => Read(Forged((texts, _) => texts["class_names"] = """["dog","cat","owl"]""", sign: false)), Damaged("checksum"));

    [Test]
    public void Read_LaterVersion_AsksForAnUpdate() =>
        Assert.That(() => Read(Forged((texts, _) => texts["format_version"] = "3")), Damaged("version 3").And.Message.Contains("update"));

    [Test]
    public void Read_OtherFormat_NamesIt() => Assert.That(() => Read(Forged((texts, _) => texts["format"] = "pt")), Damaged("'pt'"));

    [Test]
    public void Read_TextMissing_NamesIt() =>
        Assert.That(() => Read(Forged((texts, _) => texts.Remove("backbone"))), Damaged("'backbone'"));

    [TestCase("backbone", "vit-5")]
    [TestCase("image_size", "many")]
    [TestCase("image_size", "2")]
    [TestCase("aspect_ratio", "Bent")]
    [TestCase("class_names", "cat")]
    public void Read_UnknownValue_NamesIt(string name, string value) =>
        Assert.That(() => Read(Forged((texts, _) => texts[name] = value)), Damaged("cannot be used"));

    [Test]
    public void Read_WeightMissing_NamesIt() =>
        Assert.That(() => Read(Forged((_, arrays) => arrays.RemoveAll(array => array.Name == "fc.bias"))), Damaged("'fc.bias' is missing"));

    [Test]
    public void Read_WeightTooMany_NamesIt() =>
        Assert.That(() => Read(Forged((_, arrays) => arrays.Add(new("extra", "F32", [1], new byte[4])))), Damaged("no weight 'extra'"));

    [Test]
    public void Read_WeightOfOtherShape_NamesBoth() =>
        Assert.That(
            () => Read(Forged((_, arrays) => Replace(arrays, "fc.bias", bias => bias with { Shape = [1, 3] }))),
            Damaged("'fc.bias' is F32 [1, 3], and should be F32 [3]")
        );

    [Test]
    public void Read_OfAnotherNetwork_LeavesNoTensors()
    {
        var other = Forged((texts, _) => texts["backbone"] = "cifar-resnet-14-w4");

        var left = NativeMemory.TensorsLeftBy(() => Assert.That(() => Read(other), Damaged("cifar-resnet-14-w4")));

        Assert.That(left, Is.LessThanOrEqualTo(41), "its parameters");
    }

    private static ContainsConstraint Damaged(string part) => Throws.TypeOf<InvalidDataException>().With.Message.Contains(part);

    private static void Read(byte[] file) => ModelFile.Read(new MemoryStream(file)).Build().Network.Dispose();

    private static void Replace(List<NamedArray> arrays, string name, Func<NamedArray, NamedArray> change)
    {
        var place = arrays.FindIndex(array => array.Name == name);
        arrays[place] = change(arrays[place]);
    }

    private static void ReadOrFindDamaged(byte[] file)
    {
        try
        {
            Read(file);
        }
        catch (InvalidDataException) { }
    }

    private byte[] Forged(Action<Dictionary<string, string>, List<NamedArray>> change, bool sign = true) =>
        ForgedModel.Of(whole, change, sign);
}
