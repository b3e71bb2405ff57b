using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace MLNet.Procrustean.BesideTorchSharp;

/// <summary>The smallest training of the library: an epoch on eight images of two colours.</summary>
internal static class OurClassifier
{
    private const int Side = 16;
    private const int ImagesOfClass = 4;
    private static readonly (string Label, SKColor Colour)[] Classes = [("red", new(200, 60, 60)), ("blue", new(60, 60, 200))];

    /// <summary>Trains a new model, and scores the images that it was trained on.</summary>
    public static float[][] TrainAndScore()
    {
        var ml = new MLContext(seed: 1);
        var rows = Classes.SelectMany(item =>
            Enumerable.Range(0, ImagesOfClass).Select(number => new Row(item.Label, Png(item.Colour, number)))
        );
        var images = ml.Data.LoadFromEnumerable(rows.ToList());
        var options = new ImageClassifierOptions
        {
            ImageColumnName = nameof(Row.Image),
            Backbone = new CifarResNet { Depth = 8, Width = 4 },
            ImageSize = Side,
            Epochs = 1,
            BatchSize = ImagesOfClass,
            Seed = 1,
        };
        using var model = ml
            .Transforms.Conversion.MapValueToKey(nameof(Row.Label))
            .Append(ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options))
            .Fit(images);
        return [.. model.Transform(images).GetColumn<float[]>("Score")];
    }

    private static byte[] Png(SKColor colour, int number)
    {
        using var bitmap = new SKBitmap(Side, Side);
        bitmap.Erase(colour);
        bitmap.SetPixel(number, number, SKColors.White);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private sealed record Row(string Label, byte[] Image);
}
