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
        AssertRead(TorchFile.Of(TheirNames.OfResNet(arrays)), backbone, arrays);
        AssertRead(SafeTensorsFile(TheirNames.OfResNet(arrays)), backbone, arrays);
    }

    [Test]
    public void Read_NamesOfTimmsVariantD_FitTheNetwork()
    {
        var backbone = new ResNet
        {
            Depth = 50,
            Blocks = (1, 2, 1, 1),
            Variant = ResNetVariant.D,
        };
        var arrays = RandomWeights.Of(backbone);
        var theirs = TheirNames.OfResNetD(arrays);
        string[] some = ["conv1.0.weight", "conv1.4.running_mean", "conv1.6.weight", "bn1.bias", "layer1.0.downsample.1.weight"];
        Assert.That(theirs.Select(array => array.Name), Is.SupersetOf(some));
        AssertRead(TorchFile.Of(theirs), backbone, arrays);
    }

    [Test]
    public void Read_NamesOfTorchvisionsMobileNetV3_FitTheNetwork()
    {
        var arrays = RandomWeights.Of(new MobileNetV3());
        var theirs = TheirNames.OfMobileNetV3(arrays);
        string[] some =
        [
            "features.0.1.running_var",
            "features.1.block.1.fc2.bias",
            "features.2.block.2.0.weight",
            "features.11.block.3.1.weight",
        ];
        Assert.That(theirs, Has.Count.EqualTo(244));
        Assert.That(theirs.Select(array => array.Name), Is.SupersetOf(some).And.All.Match("^(features|classifier)\\."));
        AssertRead(SafeTensorsFile(theirs), new MobileNetV3(), arrays);
    }

    [TestCase("features.12.0.weight", "features.16.0.weight", "it has no weight 'features.12.0.weight'. Of the networks")]
    [TestCase("features.7.block.0.1.bias", "features.7.block.0.2.bias", "the weight 'layer3.3.expand.bn.bias' is missing")]
    [TestCase("classifier.0.bias", "layer1.0.project.bn.bias", "Two of its weights stand for 'layer1.0.project.bn.bias'")]
    public void Read_AnotherMobileNet_SaysWhatDiffers(string name, string instead, string part)
    {
        var theirs = TheirNames.OfMobileNetV3(RandomWeights.Of(new MobileNetV3()));
        Rename(theirs, name, instead);
        Assert.That(() => Read(SafeTensorsFile(theirs)), Throws.TypeOf<InvalidDataException>().With.Message.Contains(part));
    }

    [Test]
    public void Read_DeepStemWithoutPoolingInShortcuts_IsRefused()
    {
        var theirs = TheirNames.OfResNetD(RandomWeights.Of(new ResNet { Variant = ResNetVariant.D, Blocks = (1, 1, 1, 1) }));
        foreach (
            var name in theirs.Select(array => array.Name).Where(name => name.Contains("downsample", StringComparison.Ordinal)).ToList()
        )
        {
            var earlier = name.Replace("downsample.1", "downsample.0", StringComparison.Ordinal);
            Rename(theirs, name, earlier.Replace("downsample.2", "downsample.1", StringComparison.Ordinal));
        }

        Assert.That(
            () => Read(SafeTensorsFile(theirs)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("Two of its weights stand for 'layer2.0.downsample.0.weight'")
        );
    }

    [TestCase("module.", "fc")]
    [TestCase("", "linear")]
    public void Read_NamesOfCifarRepositories_FitTheNetwork(string prefix, string classifier)
    {
        var arrays = RandomWeights.Of(Small);
        List<NamedArray> theirs = [.. TheirNames.OfResNet(arrays), new($"{classifier}.weight", "F32", [1, 2], new byte[8])];
        theirs = theirs.ConvertAll(array => array with { Name = prefix + array.Name });
        AssertRead(TorchFile.Of(theirs, "state_dict"), Small, arrays);
    }

    [Test]
    public void Read_NoCounters_CountsFromZero()
    {
        var arrays = TheirNames.OfResNet(RandomWeights.Of(Small)).FindAll(array => array.Type == "F32");
        var counters = Read(TorchFile.Of(arrays)).Arrays.Where(array => array.Type == "I64").ToList();
        Assert.That(counters, Has.Count.EqualTo(13));
        Assert.That(counters.Select(counter => counter.Bytes), Is.All.EqualTo(new byte[8]));
    }

    [Test]
    public void CopyTo_Network_KeepsItsHeadAndItsLayout()
    {
        var weights = Read(TorchFile.Of(TheirNames.OfResNet(RandomWeights.Of(Small))));
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
        var weights = Read(TorchFile.Of(TheirNames.OfResNet(RandomWeights.Of(Small))));
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
        var arrays = TheirNames.OfResNet(RandomWeights.Of(Small));
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

    private static byte[] SafeTensorsFile(List<NamedArray> arrays)
    {
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, new Dictionary<string, string> { ["format"] = "pt" }, arrays);
        return stream.ToArray();
    }

    private static PublishedWeights Read(byte[] file) => PublishedWeights.Read(new MemoryStream(file));
}
