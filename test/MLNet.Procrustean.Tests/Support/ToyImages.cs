using System.Collections.Immutable;
using MLNet.Procrustean.Images;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Images of 16 × 16 pixels in memory, with one noisy colour for each class.</summary>
internal static class ToyImages
{
    public const int Size = 16;

    /// <summary>Brings values from 0 to 255 to about −2 to 2.</summary>
    public static readonly Preprocessing Halved = new(new() { Size = Size }, [128, 128, 128], [64, 64, 64]);

    private static readonly byte[][] Colours =
    [
        [200, 60, 60],
        [60, 200, 60],
        [60, 60, 200],
        [200, 200, 60],
        [60, 200, 200],
        [200, 60, 200],
    ];

    /// <summary>As many images of each class as its count says, class after class.</summary>
    public static LabelledImages Of(params int[] counts)
    {
        var random = new Random(7);
        var labels = Labels([.. counts]);
        var pixels = labels.SelectMany(label => Image(label, random)).ToArray();
        return new(tensor(pixels).reshape(labels.Length, Size, Size, 3), tensor(labels));
    }

    /// <summary>The labels of so many images of each class, class by class.</summary>
    public static long[] Labels(params long[] counts) => [.. counts.SelectMany((n, label) => Enumerable.Repeat((long)label, (int)n))];

    public static ClassCounts CountsOf(LabelledImages images)
    {
        var classes = (int)images.Labels.data<long>().Max() + 1;
        return Counts(images.CountsOf(classes));
    }

    public static ClassCounts Counts(params long[] counts) => new([.. counts.Select((_, label) => $"class{label}")], [.. counts]);

    /// <summary>The same images, with label c called <paramref name="names"/>[c].</summary>
    public static LabelledImages Renamed(LabelledImages images, ImmutableArray<long> names) =>
        new(
            images.Pixels.Narrow(0, images.Count).clone(),
            tensor(images.Labels.data<long>().ToArray().Select(label => names[(int)label]).ToArray())
        );

    private static IEnumerable<byte> Image(long label, Random random)
    {
        for (var i = 0; i < Size * Size; i++)
        {
            foreach (var level in Colours[label % Colours.Length])
            {
                yield return (byte)(level + random.Next(-50, 51));
            }
        }
    }
}
