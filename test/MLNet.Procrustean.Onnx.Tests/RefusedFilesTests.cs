using Google.Protobuf;
using Microsoft.ML;
using MLNet.Procrustean.Onnx.Tests.Support;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Tests.Support.Fuzzing;
using NUnit.Framework.Constraints;
using Onnx;

namespace MLNet.Procrustean.Onnx.Tests;

/// <summary>ONNX files that are not exported classifiers, or are no longer: refused, whoever wrote them.</summary>
public sealed class RefusedFilesTests
{
    private static readonly MLContext Ml = new(seed: 1);
    private byte[] whole = null!;
    private string folder = null!;
    private SavedTinyModel saved = null!;

    [OneTimeSetUp]
    public void ExportTheSharedModel()
    {
        saved = new();
        (whole, folder) = (File.ReadAllBytes(saved.Onnx), saved.Folder);
    }

    [OneTimeTearDown]
    public void RemoveIt() => saved.Dispose();

    [Test]
    public void Load_CutShort_IsRefused()
    {
        for (var part = 0; part < 50; part++)
        {
            var cut = whole[..(whole.Length * part / 50)];
            Assert.That(() => Load(cut), Throws.InstanceOf<InvalidDataException>(), $"{cut.Length} bytes");
        }
    }

    [Test]
    public void Load_OfNothingOrNoFile_IsRefused()
    {
        Assert.That(
            () => Ml.Model.LoadOnnxImageClassifier(Path.Combine(folder, "missing.onnx")),
            Throws.InstanceOf<FileNotFoundException>()
        );
        Assert.That(() => Ml.Model.LoadOnnxImageClassifier(" "), Throws.ArgumentException);
        Assert.That(() => Load("not protobuf at all"u8.ToArray()), Refused(""));
    }

    [Test]
    public void Load_OfAnotherNetwork_SaysWhatToUse() =>
        Assert.That(() => Load(model => model.MetadataProps.Clear()), Refused("'format' is missing.*SaveOnnx.*ApplyOnnxModel"));

    [Test]
    public void Load_ChangedWithoutTheChecksum_IsRefused()
    {
        var changed = whole.ToArray();
        changed[changed.Length / 2] ^= 1; // a bit of a weight

        Assert.That(() => Load(changed), Refused("checksum"));
    }

    [Test]
    public void Load_OfALaterVersion_AsksForAnUpdate() =>
        Assert.That(() => Load(model => Set(model, "format_version", "2")), Refused("version 2.*up to 1.*update"));

    [TestCase("class_names", "[\"cat\"]")]
    [TestCase("class_names", "[\"cat\",\"dog\",\"owl\",\"rat\"]")]
    [TestCase("training_counts", "[1,2]")]
    [TestCase("image_size", "20")]
    [TestCase("image_size", "1000000")]
    [TestCase("channels", "1")]
    [TestCase("backbone", "vgg")]
    [TestCase("score_column", "PredictedLabel")]
    public void Load_WithAnotherProperty_IsRefused(string name, string text) =>
        Assert.That(() => Load(model => Set(model, name, text)), Refused(""));

    [Test]
    public void Load_WithWeightsInAnotherFile_IsRefused() =>
        Assert.That(
            () =>
                Load(model =>
                {
                    var weight = model.Graph.Initializer[0];
                    weight.RawData = ByteString.Empty;
                    weight.DataLocation = TensorProto.Types.DataLocation.External;
                    weight.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "../../etc/hostname" });
                }),
            Refused("in another file")
        );

    [Test]
    public void Load_WithHugeDimensions_IsRefusedBeforeMemoryIsTaken()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.That(() => Load(model => model.Graph.Initializer[0].Dims[0] = int.MaxValue), Refused("has .* bytes"));
        Assert.That(() => Load(model => model.Graph.Initializer[0].Dims.Add([long.MaxValue, long.MaxValue])), Refused("has .* bytes"));
        Assert.That(
            () => Load(model => Pads(model).RawData = Longs(0, 1L << 40, 0, 0, 0, 0, 0, 0)),
            Refused("lists of its operation 'Pad'")
        );
        Assert.That(
            () => Load(model => Pads(model).RawData = Longs(0, long.MaxValue, 0, 0, 0, 0, 0, 0)),
            Refused("lists of its operation 'Pad'")
        );
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100L << 20));
    }

    [TestCase("If")]
    [TestCase("Loop")]
    [TestCase("ConstantOfShape")]
    [TestCase("Gather")]
    public void Load_WithAnOperationThatNoExportHas_IsRefused(string operation) =>
        Assert.That(() => Load(model => model.Graph.Node[3].OpType = operation), Refused($"operation '{operation}'"));

    [Test]
    public void Load_WithAnotherInputOrOutput_IsRefused()
    {
        Assert.That(() => Load(model => model.Graph.Input[0].Name = "image"), Refused("no 'pixels'"));
        Assert.That(
            () => Load(model => model.Graph.Input[0].Type.TensorType.ElemType = (int)TensorProto.Types.DataType.Float),
            Refused("'pixels' is not Uint8")
        );
        Assert.That(() => Load(model => model.Graph.Output.RemoveAt(1)), Refused("no 'features'"));
        Assert.That(() => Load(model => model.Graph.Node.RemoveAt(5)), Refused("ONNX Runtime refuses"));
    }

    [TestCase(OnnxWeights.Fp32)]
    [TestCase(OnnxWeights.Int8)]
    [Category(FaultsTried.Category)]
    public void Load_OfDamagedFiles_IsRefusedOrScores(OnnxWeights weights) => Bombard(weights, 300);

    [TestCase(OnnxWeights.Fp32)]
    [TestCase(OnnxWeights.Int8)]
    [Explicit("takes minutes")]
    [Category(FaultsTried.LongCategory)]
    public void Load_OfManyDamagedFiles_IsRefusedOrScores(OnnxWeights weights) => Bombard(weights, 20_000);

    private void Bombard(OnnxWeights weights, int inputs)
    {
        var path = Path.Combine(folder, $"{weights}.onnx");
        var options = new OnnxExportOptions { Weights = weights, CalibrationImages = SavedTinyModel.Model.Images };
        SavedTinyModel.Model.Classifier.SaveOnnx(path, options);
        var file = File.ReadAllBytes(path);
        var bombardment = new Bombardment(seed: 17);
        bombardment.Run(inputs, random => Damaged(file, random), Outcome, _ => 100L << 20);
        Assert.That(bombardment.Of("refused"), Is.GreaterThan(inputs / 2));
        Assert.That(bombardment.Of("loaded"), Is.Positive, "weights alone were changed, and the checksum with them");
        FaultsTried.Record(
            "Exported models",
            "bytes and lengths of an ONNX file changed at random, many with a valid checksum, loaded by LoadOnnxImageClassifier",
            inputs,
            "refused with an InvalidDataException, or loaded and scores; no crash, no hang, memory in proportion to the file"
        );
    }

    // Where what is left can be read, mostly with the checksum that fits it.
    private static byte[] Damaged(byte[] whole, Random random)
    {
        var file = ByteMutations.Of(whole, whole, random);
        try
        {
            return random.Next(4) == 0 ? file : Signed(ModelProto.Parser.ParseFrom(file));
        }
        catch (InvalidProtocolBufferException)
        {
            return file;
        }
    }

    private static byte[] Signed(ModelProto model)
    {
        if (model.Graph is not null)
        {
            OnnxExport.Sign(model);
        }

        return model.ToByteArray();
    }

    private string Outcome(byte[] file)
    {
        try
        {
            Load(file);
            return "loaded";
        }
        catch (InvalidDataException)
        {
            return "refused";
        }
    }

    private void Load(Action<ModelProto> change)
    {
        var model = ModelProto.Parser.ParseFrom(whole);
        change(model);
        Load(Signed(model));
    }

    private void Load(byte[] file)
    {
        var path = Path.Combine(folder, "changed.onnx");
        File.WriteAllBytes(path, file);
        Ml.Model.LoadOnnxImageClassifier(path).Dispose();
    }

    private static TensorProto Pads(ModelProto model)
    {
        var name = model.Graph.Node.First(node => node.OpType == "Pad").Input[1];
        return model.Graph.Initializer.Single(weight => weight.Name == name);
    }

    private static ByteString Longs(params long[] values) =>
        ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes<long>(values));

    private static void Set(ModelProto model, string name, string text) =>
        model.MetadataProps.Single(property => property.Key == name).Value = text;

    private static ReusableConstraint Refused(string pattern) =>
        new(Throws.InstanceOf<InvalidDataException>().With.Message.Matches($"(?s){pattern}"));
}
