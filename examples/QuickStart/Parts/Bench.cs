using SkiaSharp;

namespace QuickStart.Parts;

/// <summary>The ground that parts lie on, and the light that falls over it.</summary>
internal static class Bench
{
    private static readonly SKRect _everywhere = new(-1, -1, 1, 1);

    private static readonly SKColor[] _grounds =
    [
        new(150, 112, 76), // wood
        new(128, 128, 124), // concrete
        new(62, 98, 84), // cutting mat
        new(74, 92, 122), // blue cloth
        new(58, 56, 58), // rubber
        new(206, 200, 188), // paper
    ];

    public static void Paint(SKCanvas canvas, Random random)
    {
        canvas.Clear(random.Pick(_grounds));
        using var paint = new SKPaint { IsAntialias = true };
        var grain = random.Angle();
        canvas.Save();
        canvas.RotateRadians(grain);
        for (var streak = 0; streak < 14; streak++)
        {
            var tone = random.Chance(0.5) ? SKColors.Black : SKColors.White;
            paint.Color = tone.WithAlpha((byte)random.Next(6, 34));
            paint.StrokeWidth = random.Between(0.02, 0.22);
            var y = random.Between(-1.4, 1.4);
            canvas.DrawLine(-1.5f, y, 1.5f, y + random.Between(-0.2, 0.2), paint);
        }

        canvas.Restore();
    }

    /// <summary>Falls off across the picture, and now and then somebody's shadow lies on a part of it.</summary>
    public static void Illuminate(SKCanvas canvas, float lightAngle, Random random)
    {
        var bright = new SKPoint((float)Math.Cos(lightAngle) * 1.3f, (float)Math.Sin(lightAngle) * 1.3f);
        var dim = (byte)random.Next(130, 235);
        using var falloff = SKShader.CreateLinearGradient(
            bright,
            new SKPoint(-bright.X, -bright.Y),
            [SKColors.White, new SKColor(dim, dim, (byte)Math.Min(dim + 14, 255))],
            SKShaderTileMode.Clamp
        );
        using var paint = new SKPaint
        {
            IsAntialias = true,
            BlendMode = SKBlendMode.Multiply,
            Shader = falloff,
        };
        canvas.DrawRect(_everywhere, paint);
        paint.Shader = null;
        if (random.Chance(0.15))
        {
            var shade = (byte)random.Next(120, 190);
            paint.Color = new SKColor(shade, shade, shade);
            canvas.Save();
            canvas.RotateRadians(random.Angle());
            canvas.DrawRect(new SKRect(random.Between(-0.2, 0.7), -2, 2, 2), paint);
            canvas.Restore();
        }
    }
}
