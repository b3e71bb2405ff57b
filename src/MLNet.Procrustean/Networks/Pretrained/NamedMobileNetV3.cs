using System.Collections.Frozen;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Networks.Pretrained;

/// <summary>Turns the weights of torchvision's mobilenet_v3_small into ours by their names.</summary>
internal static class NamedMobileNetV3
{
    private const string Stem = "features.0.0.weight";
    private const string Last = "features.12.0.weight";
    private const string Classifier = "classifier.3.";

    // How the names of a layer begin, theirs and ours, each with the dot at its end.
    private static readonly FrozenDictionary<string, string> Layers = Pairs().ToFrozenDictionary(pair => pair.Theirs, pair => pair.Ours);

    /// <summary>Whether the first weight has its name in this and some other networks of torchvision.</summary>
    public static bool Has(List<NamedArray> arrays) => arrays.Exists(array => array.Name == Stem);

    /// <exception cref="InvalidDataException">It is another network with such names.</exception>
    public static (Backbone Backbone, List<NamedArray> Arrays) Of(List<NamedArray> arrays)
    {
        var last = arrays.Find(array => array.Name == Last);
        return last is { Shape: [576, 96, 1, 1] }
            ? (
                new MobileNetV3(),
                [
                    .. arrays
                        .Where(array => !array.Name.StartsWith(Classifier, StringComparison.Ordinal))
                        .Select(array => new NamedArray(OurName(array.Name), array.Type, OurShape(array), array.Bytes)),
                ]
            )
            : throw new InvalidDataException(
                $"Its weight '{Stem}' is named as in torchvision's mobilenet_v3_small, but "
                    + (last is null ? $"it has no weight '{Last}'. " : $"'{Last}' is [{string.Join(", ", last.Shape)}]. ")
                    + "Of the networks with such names, give mobilenet_v3_small in its usual width."
            );
    }

    private static string OurName(string name)
    {
        var end = name.LastIndexOf('.') + 1;
        return Layers.TryGetValue(name[..end], out var ours) ? ours + name[end..] : name;
    }

    // The layers of squeeze-and-excitation are 1×1 convolutions there.
    private static long[] OurShape(NamedArray array) =>
        array is { Shape: [var output, var input, 1, 1] }
        && (array.Name.EndsWith(".fc1.weight", StringComparison.Ordinal) || array.Name.EndsWith(".fc2.weight", StringComparison.Ordinal))
            ? [output, input]
            : array.Shape;

    private static IEnumerable<(string Theirs, string Ours)> Pairs()
    {
        var feature = 1;
        foreach (var (stage, blocks) in MobileNetV3.Blocks.Index())
        {
            foreach (var (i, shape) in blocks.Index())
            {
                foreach (var (theirs, ours) in Parts(shape))
                {
                    yield return ($"features.{feature}.block.{theirs}.", $"layer{stage + 1}.{i}.{ours}.");
                }

                feature++;
            }
        }

        yield return ("features.0.0.", "stem.conv1.");
        yield return ("features.0.1.", "stem.bn1.");
        yield return ($"features.{feature}.0.", $"layer{MobileNetV3.Blocks.Length}.last.conv.");
        yield return ($"features.{feature}.1.", $"layer{MobileNetV3.Blocks.Length}.last.bn.");
        yield return ("classifier.0.", "pool.linear.");
    }

    // The layers of a block are numbered, and some blocks lack the first or the third.
    private static IEnumerable<(string Theirs, string Ours)> Parts(InvertedResidualShape shape)
    {
        var parts = new List<string> { "depthwise", "project" };
        parts.InsertRange(1, shape.Squeezes ? ["squeeze"] : []);
        parts.InsertRange(0, shape.Expands ? ["expand"] : []);
        return parts
            .Index()
            .SelectMany(part =>
                part.Item == "squeeze"
                    ? new[] { ($"{part.Index}.fc1", "squeeze.fc1"), ($"{part.Index}.fc2", "squeeze.fc2") }
                    : [($"{part.Index}.0", $"{part.Item}.conv"), ($"{part.Index}.1", $"{part.Item}.bn")]
            );
    }
}
