using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Networks.Export;

/// <summary>Weights that are not those of the network are refused by name, and nothing is written.</summary>
public sealed class GivenWeightsTests
{
    private static readonly Dictionary<string, (Func<List<NamedArray>, IEnumerable<NamedArray>> Change, string Message)> Misfits = new()
    {
        ["missing"] = (all => all.Where(array => array.Name != "layer2.0.bn1.bias"), "weight 'layer2.0.bn1.bias' is missing"),
        ["left over"] = (
            all => all.Append(new("layer4.0.conv1.weight", "F32", [1], new byte[4])),
            "it has no weight 'layer4.0.conv1.weight'"
        ),
        ["twice"] = (all => all.Append(all[0]), "two of the name 'stem.conv1.weight'"),
        ["other shape"] = (With("fc.weight", array => array with { Shape = [16, 5] }), "'fc.weight' is F32 [16, 5]"),
        ["other type"] = (With("fc.bias", array => array with { Type = "I32" }), "'fc.bias' is I32 [5] of 20 bytes, and should be F32 [5]"),
        ["fewer bytes"] = (With("fc.bias", array => array with { Bytes = new byte[16] }), "'fc.bias' is F32 [5] of 16 bytes"),
        ["not a count"] = (With("stem.bn1.num_batches_tracked", array => array with { Type = "F32" }), "should be I64 []"),
    };

    private static IEnumerable<string> Names => Misfits.Keys;

    [TestCaseSource(nameof(Names))]
    public void Of_WeightsOfAnotherNetwork_AreRefusedByName(string misfit)
    {
        using var classifier = new RandomClassifier(new CifarResNet { Depth = 8, Width = 4 }, ClassifierHead.Linear);
        var (change, message) = Misfits[misfit];
        Assert.That(
            () => OnnxExport.Of(classifier.Texts(16), [.. change(classifier.Weights)]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(message).And.Message.Contains("cifar-resnet-8-w4")
        );
    }

    private static Func<List<NamedArray>, IEnumerable<NamedArray>> With(string name, Func<NamedArray, NamedArray> change) =>
        weights => weights.Select(array => array.Name == name ? change(array) : array);
}
