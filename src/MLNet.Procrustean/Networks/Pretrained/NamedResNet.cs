using System.Globalization;
using System.Text.RegularExpressions;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Networks.Pretrained;

/// <summary>
/// Turns the weights of a ResNet into ours by their names: those of torchvision and timm, which most repositories of CIFAR networks use
/// too.
/// </summary>
internal static partial class NamedResNet
{
    private const string Stem = "conv1.weight";
    private const string DeepStem = "conv1.0.weight"; // of timm's variant D
    private static readonly string[] Classifiers = ["fc.", "linear."];

    // Of the stem of variant D: its convolutions have the numbers of a sequence with activations between them.
    private static readonly (string Theirs, string Ours)[] NamesOfD =
    [
        ("conv1.0.", "stem.conv1."),
        ("conv1.1.", "stem.bn1."),
        ("conv1.3.", "stem.rest.conv2.conv."),
        ("conv1.4.", "stem.rest.conv2.bn."),
        ("conv1.6.", "stem.rest.conv3.conv."),
        ("bn1.", "stem.rest.conv3.bn."),
    ];

    /// <exception cref="InvalidDataException">The stem and the stages are not those of a network of this library.</exception>
    public static (Backbone Backbone, List<NamedArray> Arrays) Of(List<NamedArray> arrays)
    {
        arrays.RemoveAll(array => Array.Exists(Classifiers, classifier => array.Name.StartsWith(classifier, StringComparison.Ordinal)));
        var stem = arrays.Find(array => array.Name is Stem or DeepStem) ?? throw WithoutStem(arrays);
        var isD = stem.Name == DeepStem;
        var blocks = Blocks(arrays);
        var backbone = stem.Shape switch
        {
            [_, _, 7, 7] when !isD => ResNetOf(blocks),
            [_, _, 3, 3] when isD => ResNetOf(blocks),
            [var width, _, 3, 3] => CifarResNetOf(width, blocks),
            _ => throw Unknown(stem, blocks),
        };
        return (backbone, arrays.ConvertAll(array => array with { Name = isD ? OurNameOfD(array.Name) : OurName(array.Name) }));

        Backbone ResNetOf(int[] blocks) =>
            blocks is [var first, var second, var third, var fourth]
            && Array.TrueForAll(blocks, number => number is >= 1 and <= ResNet.MostBlocks)
                ? ResNet.Of(
                    arrays.Exists(array => array.Name == "layer1.0.conv3.weight"),
                    (first, second, third, fourth),
                    isD ? ResNetVariant.D : ResNetVariant.B
                )
                : throw Unknown(stem, blocks);

        Backbone CifarResNetOf(long width, int[] blocks) =>
            blocks is [var each, var second, var third]
            && each == second
            && each == third
            && CifarResNet.Depths.Contains((6 * each) + 2)
            && width is >= 4 and <= 256
            && width % 2 == 0
                ? new CifarResNet { Depth = (6 * each) + 2, Width = (int)width }
                : throw Unknown(stem, blocks);
    }

    // How many blocks each stage has, from layer1 on.
    private static int[] Blocks(List<NamedArray> arrays)
    {
        var places = arrays
            .Select(array => Place().Match(array.Name))
            .Where(match => match.Success)
            .ToLookup(match => Number(match, "stage"), match => Number(match, "block"));
        return
        [
            .. Enumerable
                .Range(1, places.Count == 0 ? 0 : places.Max(stage => stage.Key))
                .Select(stage => places[stage].Distinct().Count()),
        ];
    }

    private static int Number(Match match, string group) =>
        int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string OurName(string name) =>
        name.StartsWith("conv1.", StringComparison.Ordinal) || name.StartsWith("bn1.", StringComparison.Ordinal) ? $"stem.{name}" : name;

    // Before the convolution of a shortcut there is the pooling, which has no weights.
    private static string OurNameOfD(string name)
    {
        var (theirs, ours) = Array.Find(NamesOfD, names => name.StartsWith(names.Theirs, StringComparison.Ordinal));
        return theirs is null
            ? name.Replace(".downsample.1.", ".downsample.0.", StringComparison.Ordinal)
                .Replace(".downsample.2.", ".downsample.1.", StringComparison.Ordinal)
            : ours + name[theirs.Length..];
    }

    private static InvalidDataException WithoutStem(List<NamedArray> arrays) =>
        new(
            arrays.Exists(array => array.Name == $"stem.{Stem}")
                ? "It is a model of this library, not a file of published weights: load it as a model, and begin the training with that."
                : $"It has no weight '{Stem}', but for instance '{arrays.FirstOrDefault()?.Name}'. "
                    + "Give a ResNet with the names of torchvision or timm, torchvision's mobilenet_v3_small, or an ONNX file of a ResNet, "
                    + "whose names do not matter."
        );

    private static InvalidDataException Unknown(NamedArray stem, int[] blocks) =>
        new(
            $"Its first convolution '{stem.Name}' is [{string.Join(", ", stem.Shape)}] "
                + $"and its stages have {string.Join(", ", blocks)} blocks. "
                + "Give a ResNet (a convolution of 7 × 7 or a deep stem, four stages), or a CIFAR ResNet (3 × 3, an even width from 4 to "
                + $"256, three stages of as many blocks) of depth {string.Join(", ", CifarResNet.Depths)}."
        );

    [GeneratedRegex(@"^layer(?<stage>[1-9])\.(?<block>[0-9]{1,3})\.")]
    private static partial Regex Place();
}
