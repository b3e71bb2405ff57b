using SkiaSharp;

namespace QuickStart.Parts;

/// <summary>One photograph: a part on a cluttered bench, through an imperfect camera.</summary>
internal static class Scene
{
    /// <summary>Width and height of an image in pixels.</summary>
    public const int Side = 32;

    private const int Oversampling = 3;

    private static readonly SKColor[] Grounds =
    [
        new(150, 112, 76), // wood
        new(128, 128, 124), // concrete
        new(62, 98, 84), // cutting mat
        new(74, 92, 122), // blue cloth
        new(58, 56, 58), // rubber
        new(206, 200, 188), // paper
    ];

    public static SKBitmap Render(Part part, Random random)
    {
        using var surface = SKSurface.Create(new SKImageInfo(Side * Oversampling, Side * Oversampling));
        var canvas = surface.Canvas;
        canvas.Scale(Side * Oversampling / 2f);
        canvas.Translate(1, 1); // the picture now spans −1 … 1 both ways
        canvas.Clear(random.Pick(Grounds));
        Scratch(canvas, 14, 3, 0.2, SKColors.Black.WithAlpha(20), random); // the grain of the ground

        var lightAngle = random.Angle();
        for (var count = random.Next(0, 3); count > 0; count--)
        {
            // Centred on the frame or beyond it, so that at most half of a neighbour shows.
            var beside = SKMatrix.CreateRotation(random.Angle()).MapPoint(random.Between(1.15, 1.4), 0);
            Place(canvas, random.Pick(Part.All), beside, random.Between(0.3, 0.55), lightAngle, random);
        }

        var place = new SKPoint(random.Between(-0.12, 0.12), random.Between(-0.12, 0.12));
        Place(canvas, part, place, random.Between(0.64, 0.84), lightAngle, random);
        Scratch(canvas, random.Next(0, 5), 0.6, 0.05, SKColors.White.WithAlpha(110), random);
        Scratch(canvas, random.Next(0, 2), 3, 0.12, random.Pick(Grounds), random); // a cable across the part
        return Expose(surface, random);
    }

    // Turned by any angle, and tilted a little away from the viewer.
    private static void Place(SKCanvas canvas, Part part, SKPoint place, float scale, float lightAngle, Random random)
    {
        var (turn, tilt) = (random.Angle(), random.Angle());
        canvas.Save();
        canvas.Translate(place);
        canvas.RotateRadians(tilt);
        canvas.Scale(scale, scale * random.Between(0.8, 1));
        canvas.RotateRadians(turn - tilt);
        var metal = Metal.Draw(lightAngle - turn, random);
        var thickness = random.Between(0.06, 0.16);
        foreach (var piece in part.Pieces(random))
        {
            metal.Paint(canvas, piece, thickness);
            piece.Dispose();
            thickness = 0.04f; // of what lies on the first piece
        }

        canvas.Restore();
    }

    private static void Scratch(SKCanvas canvas, int count, double longest, double widest, SKColor colour, Random random)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = colour };
        for (; count > 0; count--)
        {
            paint.StrokeWidth = random.Between(0.02, widest);
            var start = new SKPoint(random.Between(-1.2, 1.2), random.Between(-1.2, 1.2));
            canvas.DrawLine(start, start + new SKPoint(random.Between(-longest, longest), random.Between(-longest, longest)), paint);
        }
    }

    // Out of focus, unevenly exposed and noisy.
    private static SKBitmap Expose(SKSurface surface, Random random)
    {
        using var sharp = surface.Snapshot();
        using var blur = SKImageFilter.CreateBlur(random.Between(0.1, 0.6), random.Between(0.1, 0.6));
        using var paint = new SKPaint { FilterQuality = SKFilterQuality.Medium, ImageFilter = blur };
        var photograph = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(photograph);
        canvas.DrawImage(sharp, new SKRect(0, 0, Side, Side), paint);

        using var pixels = photograph.PeekPixels();
        var (exposure, grain) = (random.Between(0.75, 1.2), random.Between(2, 8));
        foreach (ref var pixel in pixels.GetPixelSpan<SKColor>())
        {
            var noise = grain * random.Gaussian();
            pixel = new(Exposed(pixel.Red), Exposed(pixel.Green), Exposed(pixel.Blue));
            byte Exposed(byte value) => (byte)Math.Clamp((value * exposure) + noise, 0, 255);
        }

        return photograph;
    }
}
