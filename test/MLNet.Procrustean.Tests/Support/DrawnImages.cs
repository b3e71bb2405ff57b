using SkiaSharp;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Rows of encoded images in memory whose left and right differ, of three classes, and their mirror images.</summary>
internal static class DrawnImages
{
    private const int Side = ImageFolders.Side;

    /// <summary>So many images, the classes in turn.</summary>
    public static Row[] Rows(int count) => Draw(count, (number, x, y) => Pixel(number, x, y));

    /// <summary>Their left-right mirror images.</summary>
    public static Row[] Mirrored(int count) => Draw(count, (number, x, y) => Pixel(number, Side - 1 - x, y));

    private static Row[] Draw(int count, Func<int, int, int, SKColor> pixel) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(number => new Row
                {
                    ImagePath = TestImages.Png(Side, Side, (x, y) => pixel(number, x, y)),
                    Label = $"class {number % 3}",
                }),
        ];

    // A bright bar at a place of the class's own, over a shade that grows to the right.
    private static SKColor Pixel(int number, int x, int y)
    {
        var bar = Math.Abs(x - (4 * (number % 3)) - (number % 4)) < 2;
        return new((byte)(bar ? 230 : 10 * x), (byte)((7 * y) + number), (byte)(bar ? 40 : 90));
    }

    internal sealed class Row
    {
        public byte[] ImagePath { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
