using Microsoft.ML;
using MLNet.Procrustean.Images;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Arrows at random places, bright on dark, with noise: classes that left and right distinguish.</summary>
internal static class DrawnArrows
{
    public const int Size = 32;

    public static readonly string[] Names = ["left", "right", "up", "down"];

    /// <summary>Images [N, 32, 32, 3] of the first classes, with these numbers of images.</summary>
    public static LabelledImages Of(params int[] counts) => Drawn(seed: 7, counts);

    /// <summary>Columns Label (a key, its values the names) and Image (bytes of a PNG).</summary>
    public static IDataView Rows(MLContext ml, int seed, params int[] counts)
    {
        using var images = Drawn(seed, counts);
        var bytes = images.Pixels.Narrow(0, images.Count).bytes.ToArray().Chunk(Size * Size * 3).ToArray();
        var labels = images.Labels.data<long>().ToArray();
        var rows = bytes.Zip(labels, (pixels, label) =>
            new ColourRows.Row
            {
                Label = Names[label],
                Image = TestImages.Png(Size, Size, (x, y) => new(pixels[At(x, y)], pixels[At(x, y)], pixels[At(x, y)])),
            }
        );
        var view = ml.Data.LoadFromEnumerable(rows.ToList());
        return ml.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);

        static int At(int x, int y) => ((y * Size) + x) * 3;
    }

    private static LabelledImages Drawn(int seed, int[] counts)
    {
        var random = new Random(seed);
        var labels = ToyImages.Labels([.. counts]);
        var pixels = labels.SelectMany(label => Draw((int)label, random)).ToArray();
        return new(tensor(pixels).reshape(labels.Length, Size, Size, 3), tensor(labels));
    }

    private static byte[] Draw(int direction, Random random)
    {
        var (x, y, length) = (random.Next(12, 20), random.Next(12, 20), random.Next(6, 9));
        var (paper, ink) = (random.Next(40, 90), random.Next(160, 210));
        return
        [
            .. from row in Enumerable.Range(0, Size)
            from column in Enumerable.Range(0, Size)
            let along = direction switch
            {
                0 => x - column,
                1 => column - x,
                2 => y - row,
                _ => row - y,
            }
            let across = Math.Abs(direction < 2 ? row - y : column - x)
            let shaft = across <= 1 && Math.Abs(along) <= length
            let tip = along >= 0 && along <= length && across <= length - along
            let value = (byte)((shaft || tip ? ink : paper) + random.Next(-30, 31))
            from channel in Enumerable.Range(0, 3)
            select value,
        ];
    }
}
