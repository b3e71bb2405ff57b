using SkiaSharp;

namespace QuickStart.Parts;

/// <summary>Outlines in a part's own coordinates, in which the unit circle encloses it.</summary>
internal static class Outlines
{
    public static SKPath Disc(float radius)
    {
        var path = new SKPath { FillType = SKPathFillType.EvenOdd };
        path.AddCircle(0, 0, radius);
        return path;
    }

    public static SKPath Polygon(IEnumerable<SKPoint> corners)
    {
        var path = new SKPath { FillType = SKPathFillType.EvenOdd };
        path.AddPoly([.. corners]);
        return path;
    }

    public static SKPath RegularPolygon(int corners, float radius) =>
        Polygon(Enumerable.Range(0, corners).Select(corner => OnCircle(radius, 2 * Math.PI * corner / corners)));

    /// <summary>Four corners a tooth: up at the root, across the narrower tip, down again.</summary>
    public static SKPath ToothedWheel(int teeth, float rootRadius)
    {
        ReadOnlySpan<(float Radius, double Share)> tooth = [(rootRadius, 0), (1, 0.16), (1, 0.42), (rootRadius, 0.58)];
        var corners = new List<SKPoint>();
        for (var index = 0; index < teeth; index++)
        {
            foreach (var (radius, share) in tooth)
            {
                corners.Add(OnCircle(radius, 2 * Math.PI * (index + share) / teeth));
            }
        }

        return Polygon(corners);
    }

    public static SKPath WithHole(this SKPath outline, float x, float y, float radius)
    {
        outline.AddCircle(x, y, radius);
        return outline;
    }

    private static SKPoint OnCircle(float radius, double angle) => new(radius * (float)Math.Cos(angle), radius * (float)Math.Sin(angle));
}
