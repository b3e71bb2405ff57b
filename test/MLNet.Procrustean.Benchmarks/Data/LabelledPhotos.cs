using System.Globalization;
using Microsoft.ML;

namespace MLNet.Procrustean.Benchmarks.Data;

/// <summary>An image in memory as it would be on disk, with its class.</summary>
internal sealed class EncodedImage
{
    public byte[] Image { get; set; } = [];

    public string Label { get; set; } = "";
}

/// <summary>Made-up training images: ten classes, five of them with ten times as many images as the others.</summary>
internal static class LabelledPhotos
{
    public const string ImageColumn = nameof(EncodedImage.Image);
    private const int Different = 200; // pictures, which repeat: the same work to decode, and no memory of their own
    private const int Cycle = 55; // 5 classes with 10 images each and 5 with 1

    public static List<EncodedImage> Rows(int count, int side)
    {
        var pictures = Enumerable.Range(0, Math.Min(count, Different)).Select(number => Photo.Jpeg(side, side, number)).ToArray();
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(row => new EncodedImage
                {
                    Image = pictures[row % pictures.Length],
                    Label = ClassOf(row % Cycle).ToString(CultureInfo.InvariantCulture),
                }),
        ];
    }

    /// <summary>The rows as data with a key for a label, as the trainer takes it.</summary>
    public static IDataView Keyed(int count, int side)
    {
        var ml = new MLContext();
        var rows = ml.Data.LoadFromEnumerable(Rows(count, side));
        return ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
    }

    private static int ClassOf(int place) => place < 50 ? place % 5 : place - 45;
}
