using SkiaSharp;

namespace QuickStart.Parts;

/// <summary>A piece of metal, cut out and lit from one side.</summary>
/// <param name="Tint">Its colour.</param>
/// <param name="Light">Unit vector toward the light.</param>
internal sealed record Metal(SKColor Tint, SKPoint Light)
{
    private static readonly SKColor[] Tints =
    [
        new(176, 182, 190), // steel
        new(212, 180, 96), // brass
        new(202, 128, 92), // copper
        new(104, 108, 118), // black oxide
        new(128, 150, 176), // blued steel
    ];

    /// <summary>Every part comes in every metal: colour must not give the class away.</summary>
    public static Metal Draw(float lightAngle, Random random) => new(random.Pick(Tints), new(MathF.Cos(lightAngle), MathF.Sin(lightAngle)));

    /// <summary>Paints a shadow, a side wall, a face that is brighter toward the light, and a rim.</summary>
    public void Paint(SKCanvas canvas, SKPath outline, float thickness)
    {
        using var blur = SKMaskFilter.CreateBlur(SKBlurStyle.Normal, 0.08f);
        using var shadow = new SKPaint { Color = SKColors.Black.WithAlpha(130), MaskFilter = blur };
        Fill(thickness + 0.08f, shadow);
        using var wall = new SKPaint { IsAntialias = true, Color = Tone(-0.5) };
        for (var depth = thickness; depth > 0; depth -= 0.03f)
        {
            Fill(depth, wall);
        }

        using var sheen = Gradient(Tone(0.6), Tone(0), Tone(-0.35));
        using var face = new SKPaint { IsAntialias = true, Shader = sheen };
        Fill(0, face);
        using var glint = Gradient(Tone(0.9), Tone(0.4), Tone(-0.5));
        using var rim = new SKPaint
        {
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            StrokeWidth = 0.04f,
            Shader = glint,
        };
        canvas.DrawPath(outline, rim);

        void Fill(float depth, SKPaint paint)
        {
            canvas.Save();
            canvas.Translate(-Light.X * depth, -Light.Y * depth);
            canvas.DrawPath(outline, paint);
            canvas.Restore();
        }
    }

    private SKShader Gradient(params SKColor[] towardShade) =>
        SKShader.CreateLinearGradient(Light, new(-Light.X, -Light.Y), towardShade, SKShaderTileMode.Clamp);

    // The tint under light between −1 (black) and 1 (white).
    private SKColor Tone(double light)
    {
        return new(Mix(Tint.Red), Mix(Tint.Green), Mix(Tint.Blue));
        byte Mix(byte channel) => (byte)(channel + (Math.Abs(light) * ((light < 0 ? 0 : 255) - channel)));
    }
}
