using SkiaSharp;

namespace QuickStart.Parts;

/// <summary>One specimen of each part, within the unit circle; long ones lie along x. Proportions vary and overlap on purpose.</summary>
internal static class Specimens
{
    public static SKPath[] Washer(Random random) => [Wheel(_ => 0.9, random.Between(0.3, 0.5))];

    public static SKPath[] Nut(Random random)
    {
        var hole = random.Between(0.35, 0.5);
        return [Wheel(turn => 0.85 / Math.Cos(((turn * 6 % 1) - 0.5) * Math.PI / 3), hole), Wheel(_ => 0.8, hole)];
    }

    public static SKPath[] Gear(Random random)
    {
        var (teeth, root) = (random.Next(8, 13), random.Between(0.72, 0.8));
        return [Wheel(turn => turn * teeth % 1 < 0.5 ? 1 : root, random.Between(0.25, 0.45))];
    }

    public static SKPath[] WingNut(Random random)
    {
        var (hole, hub, waist) = (random.Between(0.2, 0.27), random.Between(0.36, 0.44), random.Between(0.15, 0.3));
        return [Wheel(turn => waist + ((1 - waist) * Math.Pow(Math.Cos(2 * Math.PI * turn), 2)), hole), Wheel(_ => hub, hole)];
    }

    public static SKPath[] Bolt(Random random)
    {
        var (shank, end) = (random.Between(0.18, 0.26), random.Between(0.6, 0.98));
        var thread = Coils(random.Between(-0.5, -0.2), end, shank * 1.1f, random.Between(0.18, 0.24));
        return [Box(-0.6f, shank * 0.8f, end), .. thread, Box(-0.95f, random.Between(0.4, 0.52), -0.55f)];
    }

    public static SKPath[] Spring(Random random) => [.. Coils(-0.9f, 0.9f, random.Between(0.3, 0.42), random.Between(0.2, 0.28))];

    public static SKPath[] Rivet(Random random)
    {
        var dome = new SKPath();
        var head = random.Between(0.4, 0.54);
        dome.AddArc(new SKRect(-0.95f, -head, 0, head), 90, 180);
        dome.Close();
        return [Box(-0.5f, random.Between(0.2, 0.28), random.Between(0.5, 0.92)), dome];
    }

    public static SKPath[] Bracket(Random random)
    {
        var (width, x, y) = (random.Between(0.42, 0.58), random.Between(0.6, 0.75), random.Between(0.6, 0.75));
        var outline = Polygon([new(-x, -y), new(width - x, -y), new(width - x, y - width), new(x, y - width), new(x, y), new(-x, y)]);
        var (hole, middle) = (width * random.Between(0.2, 0.27), width / 2);
        outline.AddCircle(middle - x, middle - y, hole);
        outline.AddCircle(x - middle, y - middle, hole);
        return [outline];
    }

    // Once around, with the radius at each angle, which is given in turns.
    private static SKPath Wheel(Func<double, double> radiusAt, float hole)
    {
        const int corners = 120;
        var outline = Polygon(
            Enumerable
                .Range(0, corners)
                .Select(corner => (double)corner / corners)
                .Select(turn => SKMatrix.CreateRotation((float)(2 * Math.PI * turn)).MapVector((float)radiusAt(turn), 0))
        );
        outline.AddCircle(0, 0, hole);
        return outline;
    }

    // Slanted bars side by side: the near halves of a helix.
    private static IEnumerable<SKPath> Coils(float start, float end, float radius, float pitch)
    {
        var (half, lean) = (pitch * 0.25f, pitch * 0.4f);
        for (var x = start + half; x < end - half; x += pitch)
        {
            yield return Polygon([
                new(x - lean - half, -radius),
                new(x - lean + half, -radius),
                new(x + lean + half, radius),
                new(x + lean - half, radius),
            ]);
        }
    }

    private static SKPath Box(float left, float radius, float right) =>
        Polygon([new(left, -radius), new(right, -radius), new(right, radius), new(left, radius)]);

    // Even-odd, so that a circle within it is a hole.
    private static SKPath Polygon(IEnumerable<SKPoint> corners)
    {
        var path = new SKPath { FillType = SKPathFillType.EvenOdd };
        path.AddPoly([.. corners]);
        return path;
    }
}
