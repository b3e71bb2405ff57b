using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Networks.Pretrained;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Tests.Support.PublishedFiles;

namespace MLNet.Procrustean.Tests.Networks.Pretrained;

public sealed class PublishedWeightsTests
{
    private static readonly CifarResNet Small = new() { Depth = 14, Width = 4 };

    private static IEnumerable<Backbone> Backbones => [Small, new ResNet { Depth = 18 }, new ResNet { Depth = 50, Blocks = (1, 2, 1, 1) }];

    [TestCaseSource(nameof(Backbones))]
    public void Read_NamesOfTorchvision_FitTheNetwork(Backbone backbone)
    {
        var arrays = RandomWeights.Of(backbone);
        AssertRead(TorchFile.Of(TheirNames(arrays)), backbone, arrays);
        AssertRead(SafeTensorsFile(TheirNames(arrays)), backbone, arrays);
    }

    [TestCase("module.", "fc")]
    [TestCase("", "linear")]
    public void Read_NamesOfCifarRepositories_FitTheNetwork(string prefix, string classifier)
    {
        var arrays = RandomWeights.Of(Small);
        List<NamedArray> theirs = [.. TheirNames(arrays), new($"{classifier}.weight", "F32", [1, 2], new byte[8])];
        theirs = theirs.ConvertAll(array => array with { Name = prefix + array.Name });
        AssertRead(TorchFile.Of(theirs, "state_dict"), Small, arrays);
    }

    [Test]
    public void Read_NoCounters_CountsFromZero()
    {
        var arrays = TheirNames(RandomWeights.Of(Small)).FindAll(array => array.Type == "F32");
        var counters = Read(TorchFile.Of(arrays)).Arrays.Where(array => array.Type == "I64").ToList();
        Assert.That(counters, Has.Count.EqualTo(13));
        Assert.That(counters.Select(counter => counter.Bytes), Is.All.EqualTo(new byte[8]));
    }

    [Test]
    public void CopyTo_Network_KeepsItsHeadAndItsLayout()
    {
        var weights = Read(TorchFile.Of(TheirNames(RandomWeights.Of(Small))));
        using var network = Small.Build(channels: 3, classes: 5, seed: 2, ClassifierHead.Cosine);
        var convolution = network.Stem.Convolution;
        var (head, strides) = (network.Head.Weight.data<float>().ToArray(), convolution.Weight.stride());

        weights.CopyTo(network);

        Assert.That(network.Head.Weight.data<float>().ToArray(), Is.EqualTo(head));
        Assert.That(convolution.Weight.stride(), Is.EqualTo(strides));
        var copied = NetworkWeights.Capture(network).ToDictionary(array => array.Name, array => array.Bytes);
        Assert.That(weights.Arrays.Where(array => !array.Bytes.AsSpan().SequenceEqual(copied[array.Name])), Is.Empty);
    }

    [Test]
    public void CopyTo_NetworkForGreyImages_Refuses()
    {
        var weights = Read(TorchFile.Of(TheirNames(RandomWeights.Of(Small))));
        using var network = Small.Build(channels: 1, classes: 2, seed: 1);
        Assert.That(
            () => weights.CopyTo(network),
            Throws
                .TypeOf<InvalidDataException>()
                .With.Message.Contains("'stem.conv1.weight' is F32 [4, 3, 3, 3], and should be F32 [4, 1, 3, 3]")
        );
    }

    private static IEnumerable<TestCaseData> Misfits()
    {
        yield return Misfit(
            "a missing one",
            arrays => arrays.RemoveAll(a => a.Name == "bn1.bias"),
            "the weight 'stem.bn1.bias' is missing"
        );
        yield return Misfit("another shape", arrays => Change(arrays, "bn1.bias", [4, 1]), "is F32 [4, 1], and should be F32 [4]");
        yield return Misfit(
            "a projection",
            arrays => arrays.Add(new("layer2.0.downsample.0.weight", "F32", [1], new byte[4])),
            "no weight 'layer2.0.downsample.0.weight'"
        );
        yield return Misfit(
            "no stem",
            arrays => arrays.RemoveAll(a => a.Name == "conv1.weight"),
            "no weight 'conv1.weight', but for instance"
        );
        yield return Misfit("an odd width", arrays => Change(arrays, "conv1.weight", [3, 4, 3, 3]), "'conv1.weight' is [3, 4, 3, 3]");
        yield return Misfit(
            "fewer stages",
            arrays => arrays.RemoveAll(a => a.Name.StartsWith("layer3", StringComparison.Ordinal)),
            "stages have 2, 2 blocks"
        );
        yield return Misfit("a model of ours", arrays => Rename(arrays, "conv1.weight", "stem.conv1.weight"), "a model of this library");
        yield return Misfit("a negative variance", Negative, "'stem.bn1.running_var' has the value -1");
    }

    [TestCaseSource(nameof(Misfits))]
    public void Read_AnotherNetwork_SaysWhatDiffers(Delegate change, string part)
    {
        var arrays = TheirNames(RandomWeights.Of(Small));
        ((Action<List<NamedArray>>)change)(arrays);
        Assert.That(() => Read(SafeTensorsFile(arrays)), Throws.TypeOf<InvalidDataException>().With.Message.Contains(part));
    }

    [TestCase(new byte[] { 0x80, 2, 0x8a, 10 }, "format of PyTorch before 1.6")]
    [TestCase(new byte[] { 0x76, 0x65, 0x72 }, "no format that is read")]
    [TestCase(new byte[0], "no format that is read")]
    [TestCase(new byte[] { 0x50, 0x4b, 3, 4 }, "zip archive")]
    [TestCase(new byte[] { 8, 7, 0xff }, "cannot be read as ONNX")]
    public void Read_AnotherFormat_NamesTheFileAndWhatToDo(byte[] file, string part)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("weights.bin", file);
        Assert.That(
            () => PublishedWeights.Read(path),
            Throws
                .TypeOf<InvalidDataException>()
                .With.Message.StartsWith($"The weights in '{path}' cannot be used. ")
                .And.Message.Contains(part)
        );
    }

    private static TestCaseData Misfit(string name, Action<List<NamedArray>> change, string part) =>
        new TestCaseData(change, part).SetArgDisplayNames(name);

    private static void Change(List<NamedArray> arrays, string name, long[] shape)
    {
        var i = arrays.FindIndex(array => array.Name == name);
        arrays[i] = arrays[i] with { Shape = shape };
    }

    private static void Rename(List<NamedArray> arrays, string name, string to)
    {
        var i = arrays.FindIndex(array => array.Name == name);
        arrays[i] = arrays[i] with { Name = to };
    }

    private static void Negative(List<NamedArray> arrays)
    {
        var i = arrays.FindIndex(array => array.Name == "bn1.running_var");
        arrays[i] = arrays[i] with { Bytes = RandomWeights.Bytes([1, 1, -1, 1]) };
    }

    private static void AssertRead(byte[] file, Backbone backbone, List<NamedArray> arrays)
    {
        var weights = Read(file);
        var expected = arrays.ToDictionary(array => array.Name);
        Assert.That(weights.Backbone, Is.EqualTo(backbone));
        Assert.That(weights.Arrays.Select(array => array.Name), Is.EquivalentTo(expected.Keys));
        Assert.That(weights.Arrays.Where(array => !array.Bytes.AsSpan().SequenceEqual(expected[array.Name].Bytes)), Is.Empty);
        Assert.That(weights.Means, Is.EqualTo(PublishedWeights.ImageNetMeans));
    }

    private static List<NamedArray> TheirNames(List<NamedArray> arrays) =>
        arrays.ConvertAll(array => array with { Name = array.Name.Replace("stem.", "", StringComparison.Ordinal) });

    private static byte[] SafeTensorsFile(List<NamedArray> arrays)
    {
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, new Dictionary<string, string> { ["format"] = "pt" }, arrays);
        return stream.ToArray();
    }

    private static PublishedWeights Read(byte[] file) => PublishedWeights.Read(new MemoryStream(file));
}
