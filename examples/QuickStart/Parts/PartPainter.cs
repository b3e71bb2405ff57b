using SkiaSharp;

namespace QuickStart.Parts;

/// <summary>Paints plates, rods and wires as if lit from one direction, in a part's own coordinates.</summary>
/// <param name="Canvas">Already moved, turned and scaled to the part's place.</param>
/// <param name="Metal">What the part is made of.</param>
/// <param name="Light">Unit vector toward the light, turned into the part's coordinates.</param>
internal sealed record PartPainter(SKCanvas Canvas, Metal Metal, SKPoint Light)
{
    private const int ThicknessSteps = 5;

    /// <summary>A flat piece seen from above: shadow, side wall, face and a bright rim toward the light.</summary>
    public void Plate(SKPath outline, float thickness = 0.16f)
    {
        Shadow(outline, thickness + 0.08f);
        using var paint = new SKPaint { IsAntialias = true };
        for (var step = ThicknessSteps; step > 0; step--)
        {
            var depth = thickness * step / ThicknessSteps;
            paint.Color = Metal.Tone(-0.62 + (0.06 * (ThicknessSteps - step)));
            DrawAt(-Light.X * depth, -Light.Y * depth, outline, paint);
        }

        using var sheen = Gradient(Light, 1, [Metal.Tone(0.62), Metal.Tone(0.12), Metal.Tone(-0.06), Metal.Tone(-0.34)]);
        paint.Shader = sheen;
        Canvas.DrawPath(outline, paint);
        Rim(outline);
    }

    /// <summary>A round piece lying along x: dark edges, and a highlight nearer to the light.</summary>
    public void Rod(SKPath outline, float radius)
    {
        Shadow(outline, 0.2f);
        var side = Light.Y < 0 ? -1 : 1;
        using var sheen = Gradient(
            new SKPoint(0, side),
            radius,
            [Metal.Tone(-0.15), Metal.Tone(0.72), Metal.Tone(0.08), Metal.Tone(-0.35), Metal.Tone(-0.68)]
        );
        using var paint = new SKPaint { IsAntialias = true, Shader = sheen };
        Canvas.DrawPath(outline, paint);
    }

    /// <summary>A bent wire: a dark stroke with a narrower lit one inside.</summary>
    public void Wire(SKPath centreLine, float width, double light)
    {
        using var paint = new SKPaint
        {
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            StrokeCap = SKStrokeCap.Round,
        };
        paint.StrokeWidth = width;
        paint.Color = Metal.Tone(light - 0.6);
        Canvas.DrawPath(centreLine, paint);
        paint.StrokeWidth = width * 0.62f;
        paint.Color = Metal.Tone(light);
        Canvas.DrawPath(centreLine, paint);
        paint.StrokeWidth = width * 0.24f;
        paint.Color = Metal.Tone(light + 0.55);
        DrawAt(Light.X * width * 0.14f, Light.Y * width * 0.14f, centreLine, paint);
    }

    public void Line(float x1, float y1, float x2, float y2, float width, double light)
    {
        using var paint = new SKPaint
        {
            IsAntialias = true,
            StrokeWidth = width,
            Color = Metal.Tone(light),
        };
        Canvas.DrawLine(x1, y1, x2, y2, paint);
    }

    public void Shadow(SKPath outline, float distance)
    {
        using var blur = SKMaskFilter.CreateBlur(SKBlurStyle.Normal, 0.09f);
        using var paint = new SKPaint
        {
            IsAntialias = true,
            Color = new SKColor(0, 0, 0, 130),
            MaskFilter = blur,
        };
        DrawAt(-Light.X * distance, -Light.Y * distance, outline, paint);
    }

    private void Rim(SKPath outline)
    {
        var lit = Metal.Tone(0.9);
        using var sheen = Gradient(Light, 1, [lit, lit.WithAlpha(120), Metal.Tone(-0.5).WithAlpha(150)]);
        using var paint = new SKPaint
        {
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            StrokeWidth = 0.045f,
            Shader = sheen,
        };
        Canvas.DrawPath(outline, paint);
    }

    private void DrawAt(float x, float y, SKPath outline, SKPaint paint)
    {
        Canvas.Save();
        Canvas.Translate(x, y);
        Canvas.DrawPath(outline, paint);
        Canvas.Restore();
    }

    private static SKShader Gradient(SKPoint toward, float reach, SKColor[] colours)
    {
        var start = new SKPoint(toward.X * reach, toward.Y * reach);
        return SKShader.CreateLinearGradient(start, new SKPoint(-start.X, -start.Y), colours, SKShaderTileMode.Clamp);
    }
}
