using MLNet.Procrustean.Persistence;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Features;

/// <summary>The arrays of features in memory or in a file.</summary>
/// <remarks>
/// A file has for each view, the images as they are first, the checksums of its rows, CRC-32C as I64 [N], so that they
/// lie at a multiple of eight bytes; after all of these, for each view the features, BF16 [N, ...].
/// </remarks>
/// <param name="Shape">[N, ...] of one view.</param>
/// <param name="Views">Their names, those of the images as they are first.</param>
internal sealed record FeatureLayout(long[] Shape, IReadOnlyList<string> Views)
{
    public const ScalarType Kept = ScalarType.BFloat16;

    private const int BytesOfOne = 2;

    public long Images => Shape[0];

    /// <summary>Of the features of one image.</summary>
    public long BytesOfRow { get; } = Shape[1..].Aggregate((long)BytesOfOne, (product, length) => product * length);

    /// <summary>Of all features, without their checksums.</summary>
    public double Bytes => (double)BytesOfRow * Images * Views.Count;

    /// <summary>Where the arrays lie in a file: the checksums of each view, and then the features of each.</summary>
    public List<ArrayPlace> Places =>
        SafeTensors.Places([
            .. Views.Select(name => ($"{name}.crc32c", "I64", new[] { Images }, Images * sizeof(long))),
            .. Views.Select(name => (name, "BF16", Shape, Images * BytesOfRow)),
        ]);

    /// <summary>Where the features of an image lie, counted from the first array.</summary>
    public long StartOf(int view, long row) => (Images * Views.Count * sizeof(long)) + (((view * Images) + row) * BytesOfRow);
}
