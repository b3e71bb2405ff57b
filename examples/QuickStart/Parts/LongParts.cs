using SkiaSharp;

namespace QuickStart.Parts;

/// <summary>Parts lying on their side, along x. A short bolt, a rivet and a tight spring share their silhouette.</summary>
internal static class LongParts
{
    public static void Bolt(PartPainter painter, Random random)
    {
        var head = random.Between(0.4, 0.52);
        var shank = random.Between(0.19, 0.26);
        var neck = random.Between(-0.62, -0.5);
        var end = random.Between(0.6, 0.98);
        using var body = Box(neck, shank, end);
        painter.Rod(body, shank);
        Thread(painter, neck + random.Between(0.1, 0.4), end, shank, random.Between(0.13, 0.17));
        using var hexagonalHead = Box(-0.95f, head, neck);
        painter.Rod(hexagonalHead, head);
        painter.Line(-0.95f, head * 0.5f, neck, head * 0.5f, 0.05f, -0.7);
        painter.Line(-0.95f, -head * 0.5f, neck, -head * 0.5f, 0.05f, -0.7);
    }

    public static void Rivet(PartPainter painter, Random random)
    {
        var head = random.Between(0.4, 0.54);
        var shank = random.Between(0.2, 0.28);
        var neck = random.Between(-0.56, -0.42);
        var end = random.Between(0.5, 0.92);
        using var body = Box(neck, shank, end);
        painter.Rod(body, shank);
        using var dome = new SKPath();
        dome.AddArc(new SKRect(-0.95f, -head, (2 * neck) + 0.95f, head), 90, 180);
        dome.Close();
        painter.Rod(dome, head);
    }

    public static void Spring(PartPainter painter, Random random)
    {
        var coils = random.Next(6, 9);
        var radius = random.Between(0.3, 0.42);
        var pitch = 1.8f / coils;
        var width = pitch * random.Between(0.42, 0.55);
        using var silhouette = Box(-0.9f, radius, 0.9f);
        painter.Shadow(silhouette, 0.14f);
        for (var pass = 0; pass < 2; pass++)
        {
            // The far half of every coil first, so that the near halves cross over it.
            var isFar = pass == 0;
            for (var coil = 0; coil < coils; coil++)
            {
                var x = -0.9f + (pitch * coil);
                using var half = new SKPath();
                half.MoveTo(isFar ? x + (pitch * 0.5f) : x, isFar ? radius : -radius);
                half.LineTo(isFar ? x + pitch : x + (pitch * 0.5f), isFar ? -radius : radius);
                painter.Wire(half, width, isFar ? -0.5 : 0.15);
            }
        }
    }

    private static void Thread(PartPainter painter, float start, float end, float radius, float pitch)
    {
        for (var x = start; x < end - (pitch * 0.4f); x += pitch)
        {
            painter.Line(x - (pitch * 0.25f), -radius * 1.08f, x + (pitch * 0.25f), radius * 1.08f, pitch * 0.42f, -0.72);
        }
    }

    private static SKPath Box(float left, float radius, float right)
    {
        var path = new SKPath();
        path.AddRoundRect(new SKRect(left, -radius, right, radius), 0.05f, 0.05f);
        return path;
    }
}
