using SkiaSharp;

namespace QuickStart.Results;

/// <summary>Writes on the chart in the example's own typeface.</summary>
internal sealed class ChartText(SKCanvas canvas) : IDisposable
{
    private readonly SKTypeface regular = Load("Inter-Regular.ttf");
    private readonly SKTypeface semiBold = Load("Inter-SemiBold.ttf");

    /// <summary>Writes one line whose baseline is at <paramref name="y"/>, and returns its width.</summary>
    public float Write(string text, float x, float y, float size, SKColor colour, SKTextAlign align = SKTextAlign.Left, bool isBold = false)
    {
        using var paint = new SKPaint
        {
            IsAntialias = true,
            SubpixelText = true,
            Typeface = isBold ? semiBold : regular,
            TextSize = size,
            TextAlign = align,
            Color = colour,
        };
        canvas.DrawText(text, x, y, paint);
        return paint.MeasureText(text);
    }

    public void Dispose()
    {
        regular.Dispose();
        semiBold.Dispose();
    }

    private static SKTypeface Load(string fileName)
    {
        using var stream = typeof(ChartText).Assembly.GetManifestResourceStream(fileName);
        return SKTypeface.FromStream(stream) ?? throw new InvalidOperationException($"The embedded font {fileName} is missing.");
    }
}
