using SkiaSharp;

namespace QuickStart.Parts;

/// <summary>What else lies about: neighbouring parts cut off by the frame, cables, scratches and dust.</summary>
internal static class Clutter
{
    private static readonly SKColor[] _cables = [new(172, 52, 44), new(36, 38, 42), new(52, 84, 156), new(214, 176, 60), new(58, 122, 70)];

    public static void Beneath(SKCanvas canvas, float lightAngle, Random random)
    {
        for (var count = random.Next(0, 3); count > 0; count--)
        {
            // Centred on the frame or beyond it, so that at most half of a neighbour shows.
            var angle = random.Angle();
            var distance = random.Between(1.15, 1.4);
            var place = new SKPoint(distance * (float)Math.Cos(angle), distance * (float)Math.Sin(angle));
            Scene.Place(canvas, random.Pick(Part.All), place, random.Between(0.3, 0.55), lightAngle, random);
        }

        if (random.Chance(0.5))
        {
            Cable(canvas, random.Between(0.08, 0.16), random);
        }
    }

    public static void Above(SKCanvas canvas, Random random)
    {
        if (random.Chance(0.15))
        {
            Cable(canvas, random.Between(0.04, 0.08), random);
        }

        using var paint = new SKPaint { IsAntialias = true };
        for (var count = random.Next(0, 5); count > 0; count--)
        {
            paint.Color = SKColors.White.WithAlpha((byte)random.Next(40, 130));
            paint.StrokeWidth = random.Between(0.015, 0.04);
            var (x, y) = (random.Between(-1, 1), random.Between(-1, 1));
            canvas.DrawLine(x, y, x + random.Between(-0.6, 0.6), y + random.Between(-0.6, 0.6), paint);
        }

        for (var count = random.Next(0, 8); count > 0; count--)
        {
            paint.Color = new SKColor(30, 24, 20, (byte)random.Next(60, 170));
            canvas.DrawCircle(random.Between(-1, 1), random.Between(-1, 1), random.Between(0.015, 0.06), paint);
        }
    }

    private static void Cable(SKCanvas canvas, float width, Random random)
    {
        using var path = new SKPath();
        path.MoveTo(-1.1f, random.Between(-1, 1));
        path.CubicTo(
            random.Between(-0.6, 0.2),
            random.Between(-1.4, 1.4),
            random.Between(-0.2, 0.6),
            random.Between(-1.4, 1.4),
            1.1f,
            random.Between(-1, 1)
        );
        var colour = random.Pick(_cables);
        using var paint = new SKPaint
        {
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            Color = colour,
            StrokeWidth = width,
        };
        canvas.Save();
        canvas.RotateRadians(random.Angle());
        canvas.DrawPath(path, paint);
        paint.Color = SKColors.White.WithAlpha(90);
        paint.StrokeWidth = width * 0.3f;
        canvas.DrawPath(path, paint);
        canvas.Restore();
    }
}
