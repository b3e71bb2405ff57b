using SkiaSharp;

namespace QuickStart.Parts;

/// <summary>Parts seen from above. Proportions overlap on purpose: a fine gear is nearly a washer, a worn nut nearly a disc.</summary>
internal static class FlatParts
{
    public static void Washer(PartPainter painter, Random random)
    {
        var radius = random.Between(0.78, 0.95);
        using var outline = Outlines.Disc(radius).WithHole(0, 0, radius * random.Between(0.36, 0.6));
        painter.Plate(outline, random.Between(0.06, 0.14));
    }

    public static void Nut(PartPainter painter, Random random)
    {
        var hole = random.Between(0.38, 0.52);
        using var outline = Outlines.RegularPolygon(6, 0.98f).WithHole(0, 0, hole);
        painter.Plate(outline, random.Between(0.16, 0.3));
        using var chamfer = Outlines.Disc(0.84f).WithHole(0, 0, hole);
        painter.Plate(chamfer, 0.02f);
    }

    public static void Gear(PartPainter painter, Random random)
    {
        using var outline = Outlines.ToothedWheel(random.Next(8, 13), random.Between(0.72, 0.8)).WithHole(0, 0, random.Between(0.24, 0.46));
        painter.Plate(outline, random.Between(0.1, 0.2));
    }

    public static void Bracket(PartPainter painter, Random random)
    {
        var width = random.Between(0.42, 0.58);
        var length = random.Between(1.2, 1.5);
        var height = random.Between(1.2, 1.5);
        var left = -length / 2;
        var top = -height / 2;
        using var outline = Outlines.Polygon([
            new(left, top),
            new(left + width, top),
            new(left + width, top + height - width),
            new(left + length, top + height - width),
            new(left + length, top + height),
            new(left, top + height),
        ]);
        var hole = width * random.Between(0.2, 0.27);
        outline.WithHole(left + (width / 2), top + (width / 2), hole);
        outline.WithHole(left + length - (width / 2), top + height - (width / 2), hole);
        painter.Plate(outline, random.Between(0.08, 0.16));
    }

    public static void WingNut(PartPainter painter, Random random)
    {
        var hub = random.Between(0.42, 0.5);
        var tip = random.Between(0.34, 0.48);
        using var wings = new SKPath();
        foreach (var side in (ReadOnlySpan<float>)[-1, 1])
        {
            wings.MoveTo(side * hub * 0.5f, -hub * 0.8f);
            wings.CubicTo(side * 0.55f, -hub * 0.5f, side * 0.6f, -tip - 0.1f, side * 0.86f, -tip);
            wings.CubicTo(side * 1.04f, -tip * 0.6f, side * 1.04f, tip * 0.6f, side * 0.86f, tip);
            wings.CubicTo(side * 0.6f, tip + 0.1f, side * 0.55f, hub * 0.5f, side * hub * 0.5f, hub * 0.8f);
            wings.Close();
        }

        painter.Plate(wings, 0.12f);
        using var ring = Outlines.Disc(hub).WithHole(0, 0, hub * random.Between(0.5, 0.62));
        painter.Plate(ring, random.Between(0.1, 0.2));
    }
}
