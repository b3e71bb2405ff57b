using SkiaSharp;

namespace QuickStart.Parts;

/// <summary>One photograph: a part on a cluttered bench, in changing light, through an imperfect camera.</summary>
internal static class Scene
{
    /// <summary>Width and height of an image in pixels.</summary>
    public const int Side = 32;

    private const int Oversampling = 3;

    public static SKBitmap Render(Part part, Random random)
    {
        using var surface = SKSurface.Create(new SKImageInfo(Side * Oversampling, Side * Oversampling));
        var canvas = surface.Canvas;
        canvas.Scale(Side * Oversampling / 2f);
        canvas.Translate(1, 1); // the picture now spans −1 … 1 both ways
        var lightAngle = random.Angle();

        Bench.Paint(canvas, random);
        Clutter.Beneath(canvas, lightAngle, random);
        var place = new SKPoint(random.Between(-0.12, 0.12), random.Between(-0.12, 0.12));
        Place(canvas, part, place, random.Between(0.64, 0.84), lightAngle, random);
        Clutter.Above(canvas, random);
        Bench.Illuminate(canvas, lightAngle, random);

        return Camera.Expose(surface, Side, random);
    }

    /// <summary>Paints a part turned by any angle and tilted a little away from the viewer.</summary>
    public static void Place(SKCanvas canvas, Part part, SKPoint place, float scale, float lightAngle, Random random)
    {
        var turn = random.Angle();
        var tilt = random.Angle();
        var squash = random.Between(0.8, 1);
        canvas.Save();
        canvas.Translate(place);
        canvas.RotateRadians(tilt);
        canvas.Scale(1, squash);
        canvas.RotateRadians(turn - tilt);
        canvas.Scale(scale);
        var light = new SKPoint((float)Math.Cos(lightAngle - turn), (float)Math.Sin(lightAngle - turn));
        part.Paint(new PartPainter(canvas, Metal.Draw(random), light), random);
        canvas.Restore();
    }
}
