using MLNet.Procrustean.Images.Augmentations;

namespace MLNet.Procrustean.Tests.Images.Augmentations;

public sealed class WindowResamplerTests
{
    private const int Size = 40;

    // Sizes below and above the window's, windows at the borders and within.
    [Test, Combinatorial]
    public void Resample_Window_EqualsNaiveTriangleFilter(
        [Values(1, 3)] int channels,
        [Values(7, 20, 64)] int side,
        [Values(0, 1, 2)] int window,
        [Values] bool mirrored
    )
    {
        ImageWindow[] windows = [new(0, 0, Size, Size), new(3, 11, 25, 17), new(31, 0, 9, 40)];
        var image = new byte[Size * Size * channels];
        new Random(4).NextBytes(image);
        var expected = Naive(image, channels, windows[window], mirrored, side);
        var actual = Resampled(image, channels, windows[window], mirrored, side);
        Assert.That(actual.Select(value => (double)value), Is.EqualTo(expected).Within(0.501)); // rounded
    }

    // The value of a pixel is 4 · column + row: a linear function, which no averaging changes away from the borders of the window.
    [TestCase(20, 10)]
    [TestCase(20, 20)]
    [TestCase(20, 40)]
    public void Resample_LinearGradient_KeepsIt(int length, int side)
    {
        var image = new byte[Size * Size];
        for (var place = 0; place < image.Length; place++)
        {
            image[place] = (byte)((4 * (place % Size)) + (place / Size));
        }

        var actual = Resampled(image, 1, new(12, 8, length, length), false, side);
        var step = (double)length / side;
        for (var y = 2; y < side - 2; y++)
        {
            for (var x = 2; x < side - 2; x++)
            {
                var (row, column) = (12 + ((y + 0.5) * step) - 0.5, 8 + ((x + 0.5) * step) - 0.5);
                Assert.That(actual[(y * side) + x], Is.EqualTo((4 * column) + row).Within(0.51), $"at {x}, {y}");
            }
        }
    }

    [Test]
    public void Resample_EqualSize_CopiesTheWindow()
    {
        var image = new byte[Size * Size * 3];
        new Random(4).NextBytes(image);
        var actual = Resampled(image, 3, new(5, 9, 21, 21), false, 21);
        var expected = Enumerable.Range(5, 21).SelectMany(row => image.AsSpan(((row * Size) + 9) * 3, 21 * 3).ToArray());
        Assert.That(actual, Is.EqualTo(expected));
    }

    private static byte[] Resampled(byte[] image, int channels, ImageWindow window, bool mirrored, int side)
    {
        var target = new byte[side * side * channels];
        WindowResampler.Resample(image, Size, channels, window, mirrored, side, target);
        return target;
    }

    private static IEnumerable<double> Naive(byte[] image, int channels, ImageWindow window, bool mirrored, int side) =>
        from y in Enumerable.Range(0, side)
        from x in Enumerable.Range(0, side)
        from channel in Enumerable.Range(0, channels)
        let rows = Weights(window.Top, window.Height, side, y)
        let columns = Weights(window.Left, window.Width, side, mirrored ? side - 1 - x : x)
        select (
            from row in rows
            from column in columns
            select row.Weight * column.Weight * image[(((row.Place * Size) + column.Place) * channels) + channel]
        ).Sum();

    // A triangle around the pixel's center, as wide as two pixels of the larger of both grids, over the pixels of the window.
    private static (int Place, double Weight)[] Weights(int start, int length, int side, int index)
    {
        var step = (double)length / side;
        var center = start + ((index + 0.5) * step);
        var weights = Enumerable
            .Range(start, length)
            .Select(place => (place, Weight: Math.Max(0, 1 - (Math.Abs(place + 0.5 - center) / Math.Max(step, 1)))))
            .ToList();
        var sum = weights.Sum(one => one.Weight);
        return [.. weights.Where(one => one.Weight > 0).Select(one => (one.place, one.Weight / sum))];
    }
}
