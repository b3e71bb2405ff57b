using System.Globalization;
using MLNet.Procrustean;
using SkiaSharp;

namespace QuickStart.Results;

/// <summary>A comparison as a picture: two bars and one sample for each class, from the largest class to the rarest.</summary>
internal static class ResultChart
{
    private const int Width = 1200;
    private const int Height = 700;
    private const int PixelsPerUnit = 2; // sharp on dense screens and in print
    private const float Left = 48;
    private const float Right = Width - 40;

    /// <summary>Writes the chart as PNG.</summary>
    /// <param name="comparison">What is shown.</param>
    /// <param name="sampleOf">Gives the path of an image of a class by the class's name.</param>
    /// <param name="path">The file to write.</param>
    public static void Save(Comparison comparison, Func<string, string> sampleOf, string path)
    {
        using var surface = SKSurface.Create(new SKImageInfo(Width * PixelsPerUnit, Height * PixelsPerUnit));
        var canvas = surface.Canvas;
        canvas.Scale(PixelsPerUnit);
        canvas.Clear(ChartStyle.Paper);
        using (var text = new ChartText(canvas))
        {
            WriteHeading(canvas, text, comparison);
            var bars = new ChartBars(canvas, text, new SKRect(Left + 60, 176, Right, 488));
            bars.Draw(comparison.Classes, sampleOf);
            text.Write(
                "Numbers of images are those to train on; the test set has equally many images of every part.",
                Left,
                676,
                15,
                ChartStyle.QuietInk
            );
        }

        using var image = surface.Snapshot();
        using var encoded = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        using var file = File.Create(path);
        encoded.SaveTo(file);
    }

    private static void WriteHeading(SKCanvas canvas, ChartText text, Comparison comparison)
    {
        text.Write("Recall of each class, common to rare", Left, 60, 30, ChartStyle.Ink, isBold: true);
        text.Write(
            "Same images, network and number of epochs for both; only the training strategy differs.",
            Left,
            90,
            18,
            ChartStyle.QuietInk
        );
        var next = Legend(Left, "Plain training", comparison.Plain, ChartStyle.Plain);
        Legend(next + 48, "MLNet.Procrustean", comparison.Ours, ChartStyle.Ours);

        float Legend(float x, string name, ImbalanceMetrics metrics, SKColor colour)
        {
            using var paint = new SKPaint { IsAntialias = true, Color = colour };
            canvas.DrawRoundRect(new SKRect(x, 118, x + 16, 134), 3, 3, paint);
            x += 26;
            x += text.Write(name, x, 132, 18, ChartStyle.Ink, isBold: true) + 10;
            var macro = metrics.MacroAccuracy.ToString("0.0 %", CultureInfo.InvariantCulture);
            x += text.Write("macro accuracy", x, 132, 18, ChartStyle.QuietInk) + 7;
            return x + text.Write(macro, x, 132, 18, ChartStyle.Ink, isBold: true);
        }
    }
}
