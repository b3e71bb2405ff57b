using System.Globalization;
using SkiaSharp;

namespace QuickStart.Results;

/// <summary>The chart's bars above a baseline, and each class's sample, name and count below it.</summary>
internal sealed record ChartBars(SKCanvas Canvas, ChartText Text, SKRect Area)
{
    private const float SampleSide = 84;
    private const float Gap = 4;

    public void Draw(IReadOnlyList<ClassResult> classes, Func<string, string> sampleOf)
    {
        DrawGrid();
        var pitch = Area.Width / classes.Count;
        for (var index = 0; index < classes.Count; index++)
        {
            var result = classes[index];
            var centre = Area.Left + (pitch * (index + 0.5f));
            var width = pitch * 0.29f;
            Bar(centre - (Gap / 2) - width, width, result.PlainRecall, ChartStyle.Plain, ChartStyle.PlainFigure);
            Bar(centre + (Gap / 2), width, result.OurRecall, ChartStyle.Ours, ChartStyle.OursFigure);
            Sample(centre, sampleOf(result.Name));
            Text.Write(result.Name, centre, Area.Bottom + 124, 18, ChartStyle.Ink, SKTextAlign.Center, isBold: true);
            var count = string.Create(CultureInfo.InvariantCulture, $"{result.TrainCount:#,0} images");
            Text.Write(count, centre, Area.Bottom + 146, 16, ChartStyle.QuietInk, SKTextAlign.Center);
        }
    }

    private void DrawGrid()
    {
        using var paint = new SKPaint { IsAntialias = true, StrokeWidth = 1 };
        for (var percent = 0; percent <= 100; percent += 25)
        {
            var y = Height(percent / 100.0);
            paint.Color = percent == 0 ? ChartStyle.Baseline : ChartStyle.Grid;
            Canvas.DrawLine(Area.Left, y, Area.Right, y, paint);
            Text.Write($"{percent} %", Area.Left - 12, y + 5, 15, ChartStyle.QuietInk, SKTextAlign.Right);
        }
    }

    private void Bar(float left, float width, double recall, SKColor colour, SKColor figureColour)
    {
        // A recall of zero keeps a sliver, so that it does not look like a missing bar.
        var top = Math.Min(Height(recall), Area.Bottom - 2);
        using var paint = new SKPaint { IsAntialias = true, Color = colour };
        Canvas.DrawRect(new SKRect(left, top, left + width, Area.Bottom), paint);
        var figure = (100 * recall).ToString("0", CultureInfo.InvariantCulture);
        Text.Write(figure, left + (width / 2), top - 7, 16, figureColour, SKTextAlign.Center, isBold: true);
    }

    private void Sample(float centre, string path)
    {
        using var image = SKImage.FromEncodedData(path) ?? throw new FileNotFoundException("There is no image to show.", path);
        var top = Area.Bottom + 16;
        using var frame = new SKRoundRect(new SKRect(centre - (SampleSide / 2), top, centre + (SampleSide / 2), top + SampleSide), 6);
        using var paint = new SKPaint { IsAntialias = true, FilterQuality = SKFilterQuality.High };
        Canvas.Save();
        Canvas.ClipRoundRect(frame, antialias: true);
        Canvas.DrawImage(image, frame.Rect, paint);
        Canvas.Restore();
    }

    private float Height(double recall) => Area.Bottom - ((float)recall * Area.Height);
}
