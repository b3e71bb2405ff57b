using Google.Protobuf;
using MLNet.Procrustean.Networks.Pretrained;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Tests.Support.PublishedFiles;
using Onnx;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks.Pretrained;

public sealed class OnnxResNetTests
{
    private static readonly ResNet Basic = new() { Depth = 18, Blocks = (1, 2, 1, 1) };
    private static readonly ResNet Bottlenecks = new() { Depth = 50, Blocks = (1, 1, 1, 1) };

    private static IEnumerable<ResNet> Backbones => [Basic, Bottlenecks];

    [TestCaseSource(nameof(Backbones))]
    public void Read_ExportedNetwork_HasItsArrays(ResNet backbone)
    {
        var arrays = RandomWeights.Of(backbone);

        var weights = PublishedWeights.Read(Stream(OnnxExport.Of(arrays)));

        var expected = arrays.ToDictionary(array => array.Name);
        Assert.That(weights.Backbone, Is.EqualTo(backbone));
        Assert.That(weights.Arrays.Select(array => array.Name), Is.EquivalentTo(expected.Keys));
        Assert.That(weights.Arrays.Where(array => !array.Bytes.AsSpan().SequenceEqual(expected[array.Name].Bytes)), Is.Empty);
        Assert.That(weights.Means, Is.EqualTo(new[] { 123.675f, 116.28f, 103.53f }));
        Assert.That(weights.Deviations, Is.EqualTo(new[] { 58.395f, 57.12f, 57.375f }));
    }

    // The same function in other weights: normalisations folded; another epsilon, and a bias, which the normalisation's mean takes away.
    [TestCase(true, 1e-5f, false)]
    [TestCase(false, 1e-3f, false)]
    [TestCase(false, 1e-5f, true)]
    public void Read_SameFunctionInOtherWeights_GivesTheSameFeatures(bool folded, float epsilon, bool biased)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var arrays = RandomWeights.Of(Basic);
        var weights = PublishedWeights.Read(Stream(OnnxExport.Of(arrays, folded, epsilon, biased)));
        var original = arrays.ConvertAll(array =>
            array.Name.EndsWith("running_var", StringComparison.Ordinal) ? With(array, variance => variance + epsilon - 1e-5f)
            : biased && array.Name.EndsWith("running_mean", StringComparison.Ordinal) ? With(array, mean => mean - 0.25f)
            : array
        );
        using var expected = Network(weights with { Arrays = original });
        using var found = Network(weights);
        var images = randn(2, 3, 64, 64);
        var (ours, theirs) = (found.Features(images), expected.Features(images));
        Assert.That(theirs.std().item<float>(), Is.GreaterThan(0.01));
        Assert.That(((ours - theirs).abs().max() / theirs.abs().max()).item<float>(), Is.LessThan(1e-4));
    }

    // A dead channel of a network whose epsilon is smaller than ours: no variance of ours gives so large a scale.
    [Test]
    public void Read_VarianceBelowOurEpsilon_GoesIntoTheScale()
    {
        const float epsilon = 1e-6f;
        var arrays = RandomWeights.Of(Basic).ConvertAll(array => IsVariance(array) ? With(array, _ => 2e-6f) : array);
        var read = PublishedWeights
            .Read(Stream(OnnxExport.Of(arrays, folded: false, epsilon, biased: false)))
            .Arrays.ToDictionary(one => one.Name);
        var scales = arrays.Where(array => read.ContainsKey(array.Name) && IsScale(array)).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.Values.Where(IsVariance).SelectMany(RandomWeights.Numbers), Is.All.Zero);
            Assert.That(scales, Is.Not.Empty);
            Assert.That(
                scales.SelectMany(array => RandomWeights.Numbers(read[array.Name])),
                Is.EqualTo(scales.SelectMany(array => RandomWeights.Numbers(array).Select(scale => scale * MathF.Sqrt(1e-5f / 3e-6f))))
                    .Within(1e-4)
                    .Percent
            );
        }

        bool IsVariance(NamedArray array) => array.Name.EndsWith("running_var", StringComparison.Ordinal);
        bool IsScale(NamedArray array) =>
            array.Name.EndsWith(".weight", StringComparison.Ordinal)
            && arrays.Any(one => IsVariance(one) && one.Name == array.Name.Replace(".weight", ".running_var"));
    }

    private static IEnumerable<TestCaseData> Misfits()
    {
        yield return Misfit("a group", graph => Set(Convolution(graph, 3), "group", 2), "group 2");
        yield return Misfit("a dilation", graph => Set(Convolution(graph, 3), "dilations", 2, 2), "differs from resnet-18-1-2-1-1");
        yield return Misfit(
            "a stride elsewhere",
            graph => Attribute(Convolution(graph, 3), "strides").Ints[0] = 1,
            "layer2.0.conv1: its Conv has strides [1, 2]"
        );
        yield return Misfit("padding", graph => Attribute(Convolution(graph, 0), "pads").Ints[0] = 0, "in the stem");
        yield return Misfit("no pooling", WithoutPooling, "no MaxPool");
        yield return Misfit("a transposition first", graph => graph.Node[0].OpType = "Transpose", "operation Transpose");
        yield return Misfit("no rectifier", graph => graph.Node[6].OpType = "Identity", "operation Conv");
        yield return Misfit("an activation", graph => graph.Node[6].OpType = "Sigmoid", "operation Sigmoid");
        yield return Misfit("no additions", graph => graph.Node.Clear(), "adds no shortcut");
        yield return Misfit("a missing weight", graph => graph.Initializer.RemoveAt(0), "no weight 'w0' with 4 dimensions");
        yield return Misfit("not finite", graph => Weight(graph).FloatData[0] = float.NaN, "has the value NaN");
        yield return Misfit("CNTK's other networks", graph => { }, "input 'images'", model => model.ProducerName = "CNTK");
        yield return Misfit("no graph", graph => { }, "no graph", model => model.Graph = null);
        yield return Misfit(
            "weights elsewhere",
            graph => graph.Initializer[0].DataLocation = TensorProto.Types.DataLocation.External,
            "in another file; export it again"
        );
        yield return Misfit("a quantised weight", graph => graph.Initializer[0].DataType = 3, "of type Int8, which cannot be read");
        yield return Misfit("a short weight", graph => graph.Initializer[0].Dims[0] = 63, "damaged: its weight 'w0' F32 [63, 3, 7, 7]");
    }

    [TestCaseSource(nameof(Misfits))]
    public void Read_AnotherNetwork_SaysWhatDiffers(Action<ModelProto> change, string part)
    {
        var model = OnnxExport.Of(RandomWeights.Of(Basic));
        change(model);
        Assert.That(() => PublishedWeights.Read(Stream(model)), Throws.TypeOf<InvalidDataException>().With.Message.Contains(part));
    }

    [Test]
    public void Read_OtherChannels_NamesTheFirstWeightAndBothShapes() =>
        Assert.That(
            () => PublishedWeights.Read(Stream(OnnxExport.Of(RandomWeights.OfTinyResNet()))),
            Throws
                .TypeOf<InvalidDataException>()
                .With.Message.Contains(
                    "backbone resnet-18-1-1-1-1: 'stem.conv1.weight' is F32 [2, 3, 7, 7], and should be F32 [64, 3, 7, 7]"
                )
                .And.Message.EndsWith("Give a file of a network with the same layers.")
        );

    [Test]
    public void Read_ConstantsAndSharedWeights_AreWeightsToo()
    {
        var model = OnnxExport.Of(RandomWeights.OfTinyResNet());
        var graph = model.Graph;
        var (moved, shared) = (graph.Initializer[0], graph.Initializer[1]);
        graph.Initializer.Remove(moved);
        var value = new AttributeProto
        {
            Name = "value",
            Type = AttributeProto.Types.AttributeType.Tensor,
            T = moved,
        };
        graph.Node.Insert(
            0,
            new()
            {
                OpType = "Constant",
                Output = { moved.Name },
                Attribute = { value },
            }
        );
        graph.Node.Insert(
            1,
            new()
            {
                OpType = "Identity",
                Output = { shared.Name },
                Input = { "other" },
            }
        );
        shared.Name = "other";

        Assert.That(OnnxResNet.Of(OnnxFile.Read(Stream(model))).Backbone.Name, Is.EqualTo("resnet-18-1-1-1-1"));
    }

    private static TestCaseData Misfit(string name, Action<GraphProto> change, string part, Action<ModelProto>? more = null) =>
        new TestCaseData(
            (ModelProto model) =>
            {
                change(model.Graph);
                more?.Invoke(model);
            },
            part
        ).SetArgDisplayNames(name);

    private static NodeProto Convolution(GraphProto graph, int number) => graph.Node.Where(node => node.OpType == "Conv").ElementAt(number);

    private static AttributeProto Attribute(NodeProto node, string name) => node.Attribute.Single(attribute => attribute.Name == name);

    private static TensorProto Weight(GraphProto graph) => graph.Initializer.First(tensor => tensor.FloatData.Count > 0);

    private static void Set(NodeProto node, string name, params long[] values) =>
        node.Attribute.Add(
            new AttributeProto
            {
                Name = name,
                Type = AttributeProto.Types.AttributeType.Ints,
                Ints = { values },
            }
        );

    private static void WithoutPooling(GraphProto graph)
    {
        var pooling = graph.Node.Single(node => node.OpType == "MaxPool");
        pooling.OpType = "Identity";
    }

    private static NamedArray With(NamedArray array, Func<float, float> change) =>
        array with
        {
            Bytes = RandomWeights.Bytes([.. RandomWeights.Numbers(array).Select(change)]),
        };

    private static MLNet.Procrustean.Networks.StagedNetwork Network(PublishedWeights weights)
    {
        var network = weights.Backbone.Build(channels: 3, classes: 2, seed: 3);
        weights.CopyTo(network);
        network.eval();
        return network;
    }

    private static MemoryStream Stream(ModelProto model) => new(model.ToByteArray());
}
