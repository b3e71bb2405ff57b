using System.Runtime.InteropServices;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Scoring;

/// <summary>Forged model files, each with a checksum that fits: false claims are refused before they cost memory or time.</summary>
[Category(FaultsTried.Category)]
public sealed class HostileModelTests
{
    private const int Megabyte = 1 << 20;
    private byte[] whole = null!;

    [OneTimeSetUp]
    public void SaveTheSharedModel()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        TinyModel.Shared.Classifier.SaveSafeTensors(path);
        whole = File.ReadAllBytes(path);
    }

    [TestCase("backbone", "cifar-resnet-56-w256", "takes at least 868520972 bytes")]
    [TestCase("backbone", "resnet-50", "image_size is 16; it must be from 32")]
    [TestCase("backbone", "cifar-resnet-8-w1000000", "There is no backbone")]
    [TestCase("channels", "2147483647", "number of channels")]
    [TestCase("channels", "0", "number of channels")]
    [TestCase("image_size", "1024", "from 16 to 128")]
    [TestCase("image_size", "8", "from 16 to 128")]
    [TestCase("image_size", "-16", "cannot be used")]
    [TestCase("head", "7", "'7' is not one of Linear, Cosine")]
    [TestCase("head", "1", "'1' is not one of")]
    [TestCase("aspect_ratio", "Pad, Squash", "not one of")]
    [TestCase("class_names", "[]", "'class_names' in its header has 0 values, and its network has 3 classes")]
    [TestCase("class_names", "null", "cannot be used")]
    [TestCase("class_names", """["cat","dog"]""", "'class_names' in its header has 2 values, and its network has 3")]
    [TestCase("class_names", """["cat","dog","cat"]""", "Two classes are named 'cat'")]
    [TestCase("class_names", """["cat","",null]""", "empty name")]
    [TestCase("class_names", """["cat",["dog","owl"]]""", "cannot be used")]
    [TestCase("training_counts", "[20,10,0]", "no training image")]
    [TestCase("training_counts", "[20,10,-6]", "no training image")]
    [TestCase("training_counts", "[20,10,6,5]", "has 4 values, and should have 3")]
    [TestCase("class_value_type", "int32", "cannot be used")]
    [TestCase("class_value_type", "object", "no type 'object'")]
    [TestCase("channel_means", "[1,2]", "has 2 values, and should have 3")]
    [TestCase("channel_means", "[1,2,300]", "channel_means is 300")]
    [TestCase("channel_means", "[1,2,\"NaN\"]", "cannot be used")]
    [TestCase("channel_deviations", "[50,0,50]", "channel_deviations is 0")]
    [TestCase("channel_deviations", "[50,1e999,50]", "cannot be used")]
    [TestCase("score_column", " ", "score_column is empty")]
    [TestCase("score_column", "PredictedLabel", "Two columns of the model would be named 'PredictedLabel'")]
    [TestCase("feature_column", "", "feature_column is empty")]
    [TestCase("feature_column", "Score", "Two columns of the model would be named 'Score'")]
    [TestCase("average_flips", "maybe", "'maybe' is not one of true, false")]
    [TestCase("temperature", "warm", "cannot be used")]
    [TestCase("temperature", "0", "temperature is 0")]
    [TestCase("temperature", "NaN", "temperature is NaN")]
    public void Read_TextThatDoesNotFit_IsRefusedBeforeANetworkIsBuilt(string name, string text, string part) =>
        AssertRefused(Forged(name, text), part);

    [Test]
    public void Read_AMillionClassNames_AreRefusedUnmade()
    {
        var file = Forged("class_names", $"[{string.Join(',', Enumerable.Range(0, 1_000_000).Select(i => $"\"{i:x}\""))}]");
        AssertRefused(file, "has 1000000 values, and its network has 3 classes", mostBytes: (6 * file.LongLength) + Megabyte);
    }

    [TestCase("backbone")]
    [TestCase("format")]
    [TestCase("sha256")]
    public void Read_WordOfAMegabyte_IsNotRepeated(string name)
    {
        var file = ForgedModel.Of(whole, (texts, _) => texts[name] = new('x', Megabyte), sign: name != "sha256");
        var problem = Assert.Throws<InvalidDataException>(() => Read(file));
        Assert.That(problem.ToString(), Has.Length.LessThan(5_000).And.Contains(name));
    }

    [TestCase(2, 24)]
    [TestCase(4, 12)]
    public void Read_HeadOfAnotherNumberOfClasses_NamesBoth(int classes, int features) =>
        Assert.That(
            () =>
                Read(
                    ForgedModel.Of(whole, (_, arrays) =>
                        Replace(arrays, "fc.weight", weight => weight with { Shape = [classes, features] })
                    )
                ),
            Throws
                .TypeOf<InvalidDataException>()
                .With.Message.Contains($"'class_names' in its header has 3 values, and its network has {classes} classes")
        );

    [TestCase("fc.weight", float.NaN)]
    [TestCase("fc.bias", float.PositiveInfinity)]
    [TestCase("layer1.0.conv1.weight", float.NegativeInfinity)]
    [TestCase("stem.bn1.running_mean", float.NaN)]
    [TestCase("stem.bn1.running_var", -1f)]
    public void Read_ValueThatNoTrainingLeadsTo_NamesTheWeight(string name, float value) =>
        AssertRefused(
            ForgedModel.Of(whole, (_, arrays) =>
                Replace(arrays, name, weight => weight with { Bytes = [.. MemoryMarshal.AsBytes([value]), .. weight.Bytes[4..]] })
            ),
            $"its weight '{name}' has the value"
        );

    [Test]
    public void Read_FiniteWeightsWithoutAFiniteScore_AreRefused() =>
        Assert.That(
            () =>
                Read(
                    ForgedModel.Of(whole, (_, arrays) =>
                        Replace(arrays, "fc.weight", weight =>
                            weight with
                            {
                                Bytes = [.. Enumerable.Repeat(MemoryMarshal.AsBytes([3e38f]).ToArray(), 48).SelectMany(bytes => bytes)],
                            }
                        )
                    )
                ),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("not a finite number")
        );

    private static void Read(byte[] file) => ImageClassifierModel.Read(new MemoryStream(file), CPU).Dispose();

    private static void AssertRefused(byte[] file, string part, long mostBytes = Megabyte)
    {
        Assert.Throws<InvalidDataException>(() => Read(file)); // creates what is created once per process
        var (tensors, before) = (Tensor.TotalCount, GC.GetAllocatedBytesForCurrentThread());
        var problem = Assert.Throws<InvalidDataException>(() => Read(file));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(mostBytes), "managed memory");
            Assert.That(Tensor.TotalCount, Is.LessThanOrEqualTo(tensors), "no network was built");
            Assert.That(problem.Message, Does.Contain(part));
        }

        FaultsTried.Record(
            "Model files",
            "forged, with a valid checksum: huge claims, contradictions, weights without a finite score",
            1,
            "refused before a network is built"
        );
    }

    private static void Replace(List<NamedArray> arrays, string name, Func<NamedArray, NamedArray> change)
    {
        var place = arrays.FindIndex(array => array.Name == name);
        arrays[place] = change(arrays[place]);
    }

    private byte[] Forged(string name, string text) => ForgedModel.Of(whole, (texts, _) => texts[name] = text);
}
