using Microsoft.ML;
using SkiaSharp;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Data views of encoded images with one noisy colour for each class, as a user would feed them to the trainer.</summary>
internal static class ColourRows
{
    private static readonly SKColor[] Colours = [new(200, 60, 60), new(60, 200, 60), new(60, 60, 200)];

    /// <summary>Columns Label (a key, its values the texts red, green, blue) and Image (bytes of a PNG).</summary>
    public static IDataView Of(MLContext ml, params int[] counts)
    {
        var view = Texts(ml, counts);
        return ml.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);
    }

    /// <summary>The same with the label as a text.</summary>
    public static IDataView Texts(MLContext ml, params int[] counts)
    {
        string[] names = ["red", "green", "blue"];
        var rows = counts.SelectMany(
            (count, label) => Enumerable.Range(0, count).Select(i => new Row { Label = names[label], Image = Png(label, i) })
        );
        return ml.Data.LoadFromEnumerable(rows.ToList());
    }

    private static byte[] Png(int label, int image)
    {
        var random = new Random(image + (1000 * label));
        byte Noisy(byte level) => (byte)(level + random.Next(-50, 51));
        var colour = Colours[label];
        return TestImages.Png(ToyImages.Size, ToyImages.Size, (_, _) => new(Noisy(colour.Red), Noisy(colour.Green), Noisy(colour.Blue)));
    }

    internal sealed class Row
    {
        public string Label { get; set; } = "";

        public byte[] Image { get; set; } = [];
    }
}
