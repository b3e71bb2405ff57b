using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Tests.Support.PublishedFiles;

/// <summary>The names and shapes that torchvision and timm have for our weights.</summary>
internal static class TheirNames
{
    // Of torchvision's mobilenet_v3_small: for each of our blocks, its place there and its parts in their order.
    private static readonly (string Ours, int Feature, string[] Parts)[] Blocks =
    [
        ("layer1.0", 1, ["depthwise", "squeeze", "project"]),
        ("layer2.0", 2, ["expand", "depthwise", "project"]),
        ("layer2.1", 3, ["expand", "depthwise", "project"]),
        ("layer3.0", 4, ["expand", "depthwise", "squeeze", "project"]),
        ("layer3.1", 5, ["expand", "depthwise", "squeeze", "project"]),
        ("layer3.2", 6, ["expand", "depthwise", "squeeze", "project"]),
        ("layer3.3", 7, ["expand", "depthwise", "squeeze", "project"]),
        ("layer3.4", 8, ["expand", "depthwise", "squeeze", "project"]),
        ("layer4.0", 9, ["expand", "depthwise", "squeeze", "project"]),
        ("layer4.1", 10, ["expand", "depthwise", "squeeze", "project"]),
        ("layer4.2", 11, ["expand", "depthwise", "squeeze", "project"]),
    ];

    /// <summary>Those of a ResNet.</summary>
    public static List<NamedArray> OfResNet(IEnumerable<NamedArray> arrays) =>
        [.. arrays.Select(array => array with { Name = array.Name.Replace("stem.", "", StringComparison.Ordinal) })];

    /// <summary>Those of timm's resnet50d and the like.</summary>
    public static List<NamedArray> OfResNetD(IEnumerable<NamedArray> arrays) =>
        [
            .. arrays.Select(array =>
                array with
                {
                    Name = Replaced(
                        array.Name,
                        ("stem.conv1.", "conv1.0."),
                        ("stem.bn1.", "conv1.1."),
                        ("stem.rest.conv2.conv.", "conv1.3."),
                        ("stem.rest.conv2.bn.", "conv1.4."),
                        ("stem.rest.conv3.conv.", "conv1.6."),
                        ("stem.rest.conv3.bn.", "bn1."),
                        ("downsample.1.", "downsample.2."),
                        ("downsample.0.", "downsample.1.")
                    ),
                }
            ),
        ];

    /// <summary>Those of torchvision's mobilenet_v3_small, with a classifier of two classes.</summary>
    public static List<NamedArray> OfMobileNetV3(IEnumerable<NamedArray> arrays) =>
        [
            .. arrays.Select(OfMobileNetV3),
            new("classifier.3.weight", "F32", [2, 1024], new byte[2 * 1024 * sizeof(float)]),
            new("classifier.3.bias", "F32", [2], new byte[2 * sizeof(float)]),
        ];

    private static NamedArray OfMobileNetV3(NamedArray array)
    {
        var pairs = new List<(string, string)>
        {
            ("stem.conv1.", "features.0.0."),
            ("stem.bn1.", "features.0.1."),
            ("layer4.last.conv.", "features.12.0."),
            ("layer4.last.bn.", "features.12.1."),
            ("pool.linear.", "classifier.0."),
        };
        foreach (var (ours, feature, parts) in Blocks)
        {
            foreach (var (index, part) in parts.Index())
            {
                pairs.Add(($"{ours}.{part}.fc", $"features.{feature}.block.{index}.fc"));
                pairs.Add(($"{ours}.{part}.conv.", $"features.{feature}.block.{index}.0."));
                pairs.Add(($"{ours}.{part}.bn.", $"features.{feature}.block.{index}.1."));
            }
        }

        var isConvolution = array.Name.Contains(".squeeze.", StringComparison.Ordinal) && array.Shape.Length == 2;
        return array with { Name = Replaced(array.Name, [.. pairs]), Shape = isConvolution ? [.. array.Shape, 1, 1] : array.Shape };
    }

    // By the first that occurs.
    private static string Replaced(string name, params (string Ours, string Theirs)[] pairs)
    {
        var (ours, theirs) = Array.Find(pairs, pair => name.Contains(pair.Ours, StringComparison.Ordinal));
        return ours is null ? name : name.Replace(ours, theirs, StringComparison.Ordinal);
    }
}
