using System.Runtime.InteropServices;
using Microsoft.ML;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Tests.Support.Fuzzing;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Corrections.Ternary;

/// <summary>Files of models with ternary weights: smaller, with the same scores, and refused where they are damaged.</summary>
public sealed class SavedTernaryModelTests
{
    private readonly TinyModel tiny = TinyModel.Shared;
    private readonly TemporaryFolder folder = new();
    private ImageClassifierModel ternary = null!;
    private byte[] whole = null!;

    [OneTimeSetUp]
    public void SearchAndSave()
    {
        var options = new TernaryOptions { Layers = TernaryLayers.All, MaxTime = TimeSpan.FromSeconds(0.2) };
        ternary = tiny.Classifier.TernariseWeights(tiny.Images, options).Model;
        whole = Saved(ternary);
    }

    [OneTimeTearDown]
    public void Remove()
    {
        ternary.Dispose();
        folder.Dispose();
    }

    [Test]
    public void SaveSafeTensors_TernaryModel_TakesTwoBitsAWeight()
    {
        var (texts, arrays) = SafeTensors.Read(new MemoryStream(whole));
        var full = SafeTensors.Read(new MemoryStream(Saved(tiny.Classifier))).Arrays.ToDictionary(array => array.Name);

        var codes = arrays.Where(array => array.Type == "U8").ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(codes, Has.Count.EqualTo(8), "7 convolutions and the head");
            Assert.That(codes.Select(array => array.Shape[0]), Is.EqualTo(codes.Select(array => full[array.Name].Shape[0])));
            Assert.That(codes.Sum(array => array.Bytes.Length), Is.LessThan(codes.Sum(array => full[array.Name].Bytes.Length) / 15.5));
            Assert.That(texts["format_version"], Is.EqualTo("2"));
            Assert.That(texts["ternary.fc.weight"], Is.EqualTo("[3,16]"));
        }
    }

    [Test]
    public void Read_TernaryModel_ScoresTheSameBitsAndIsWrittenAgainAlike()
    {
        using var model = ImageClassifierModel.Read(new MemoryStream(whole), CPU);

        Assert.That(TinyModel.Scores(model.Transform(tiny.Images)), Is.EqualTo(TinyModel.Scores(ternary.Transform(tiny.Images))));
        Assert.That(Saved(model), Is.EqualTo(whole));
    }

    [Test]
    public void Load_TernaryPipeline_ScoresTheSameBits()
    {
        var zip = Path.Combine(folder.Path, "model.zip");
        tiny.Context.Model.SaveAtomically(tiny.Keys.Append(ternary), tiny.Images.Schema, zip);

        var model = new MLContext().Model.Load(zip, out _);

        Assert.That(TinyModel.Scores(model.Transform(tiny.Images)), Is.EqualTo(TinyModel.Scores(ternary.Transform(tiny.Images))));
        (model as IDisposable)?.Dispose();
    }

    [Test]
    public void SaveSafeTensors_OtherModels_AreWrittenAsBefore()
    {
        var (texts, arrays) = SafeTensors.Read(new MemoryStream(Saved(tiny.Classifier)));
        Assert.That(texts["format_version"], Is.EqualTo("1"));
        Assert.That(texts.Keys, Has.None.StartWith("ternary."));
        Assert.That(arrays.Select(array => array.Type), Has.None.EqualTo("U8"));
    }

    [Test]
    public void SaveSafeTensors_TernaryModelCorrectedLater_StaysPacked()
    {
        using var adjusted = ternary.AdjustLogits();
        using var normalised = adjusted.NormaliseClassifier();
        Assert.That(Saved(normalised), Has.Length.EqualTo(whole.Length).Within(8));
    }

    [Test]
    public void SaveOnnx_TernaryModel_ScoresAlike()
    {
        var path = Path.Combine(folder.Path, "model.onnx");
        ternary.SaveOnnx(path);
        var shape = ternary.Shape;
        using var scores = new OnnxScores(File.ReadAllBytes(path));

        var found = scores.Of([.. tiny.Paths.SelectMany(image => Decoded.Of(image, shape))], shape);

        Assert.That(
            found.SelectMany(image => image.Probabilities),
            Is.EqualTo(TinyModel.Scores(ternary.Transform(tiny.Images)).SelectMany(row => row)).Within(1e-5f)
        );
    }

    [Test]
    public void Read_IllegalCode_IsRefused() =>
        AssertRefused(
            ForgedModel.Of(whole, (_, arrays) => Replace(arrays, "fc.weight", codes => codes with { Bytes = [0xff, .. codes.Bytes[1..]] })),
            "code 3"
        );

    [Test]
    public void Read_ScaleThatIsNoNumber_IsRefused() =>
        AssertRefused(
            ForgedModel.Of(whole, (_, arrays) =>
                Replace(arrays, "fc.weight.scale", scales => scales with { Bytes = MemoryMarshal.AsBytes([float.NaN, 1, 1]).ToArray() })
            ),
            "has the scale NaN"
        );

    [TestCase("[3,17]")]
    [TestCase("[3,1073741824]")]
    [TestCase("[1000000000,16]")]
    [TestCase("[3]")]
    [TestCase("many")]
    public void Read_ShapeThatDoesNotFit_IsRefused(string shape) =>
        AssertRefused(ForgedModel.Of(whole, (texts, _) => texts["ternary.fc.weight"] = shape), "'fc.weight'");

    [Test]
    public void Read_WeightOfAnotherNetwork_NamesBoth() =>
        AssertRefused(
            ForgedModel.Of(whole, (texts, _) => texts["ternary.stem.conv1.weight"] = "[4,3,3,3,1]"),
            "'stem.conv1.weight' is F32 [4, 3, 3, 3, 1], and should be F32 [4, 3, 3, 3]"
        );

    [Test]
    public void Read_CodeChanged_SaysThatTheChecksumDiffers()
    {
        var damaged = whole.ToArray();
        damaged[^1] ^= 0x10;
        AssertRefused(damaged, "checksum");
    }

    [Test]
    [Category(FaultsTried.Category)]
    public void Read_MutatedTernaryModel_ReadsOrRefuses()
    {
        var mutations = new ModelFileMutations(whole);
        var bombardment = new Bombardment(seed: 3);

        bombardment.Run(300, mutations.Of, ReadOrRefuse, file => (2 << 20) + (20 * file.LongLength));

        Assert.That(bombardment.Of("read"), Is.Positive, "some changes do no harm");
        Assert.That(bombardment.Of("refused"), Is.GreaterThan(150));
        FaultsTried.Record(
            "Model files",
            "packed weights, lengths and header changed at random, most with a valid checksum",
            300,
            "refused with an InvalidDataException, or loaded and scores; no crash, no hang, memory in proportion to the file"
        );
    }

    private static string ReadOrRefuse(byte[] file)
    {
        try
        {
            ImageClassifierModel.Read(new MemoryStream(file), CPU).Dispose();
            return "read";
        }
        catch (InvalidDataException)
        {
            return "refused";
        }
    }

    private static void AssertRefused(byte[] file, string part) =>
        Assert.That(
            () => ImageClassifierModel.Read(new MemoryStream(file), CPU).Dispose(),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(part)
        );

    private static void Replace(List<NamedArray> arrays, string name, Func<NamedArray, NamedArray> change)
    {
        var place = arrays.FindIndex(array => array.Name == name);
        arrays[place] = change(arrays[place]);
    }

    private byte[] Saved(ImageClassifierModel model)
    {
        var path = Path.Combine(folder.Path, "model.safetensors");
        model.SaveSafeTensors(path);
        return File.ReadAllBytes(path);
    }
}
