using MLNet.Procrustean.Images.Augmentations;

namespace MLNet.Procrustean.Tests.Images.Augmentations;

public sealed class ColorOperationsTests
{
    private const int Size = 11;

    [Test]
    public void Brightness_Image_EqualsNaiveBlend([Values(1, 3)] int channels, [Values(0, 0.4, 1, 1.7)] double factor) =>
        AssertBlends(channels, factor, (_, _) => 0, image => ColorOperations.Brightness(image, factor));

    [Test]
    public void Contrast_Image_EqualsNaiveBlend([Values(1, 3)] int channels, [Values(0, 0.4, 1, 1.7)] double factor) =>
        AssertBlends(
            channels,
            factor,
            (image, _) => Enumerable.Range(0, Size * Size).Average(pixel => Luma(image, pixel, channels)),
            image => ColorOperations.Contrast(image, channels, factor)
        );

    [Test]
    public void Saturation_Image_EqualsNaiveBlend([Values(1, 3)] int channels, [Values(0, 0.4, 1, 1.7)] double factor) =>
        AssertBlends(
            channels,
            factor,
            (image, place) => Luma(image, place / channels, channels),
            image => ColorOperations.Saturation(image, channels, factor)
        );

    [Test]
    public void Sharpness_Image_EqualsNaiveBlend([Values(1, 3)] int channels, [Values(0, 0.4, 1, 1.7)] double factor) =>
        AssertBlends(
            channels,
            factor,
            (image, place) => Smooth(image, place, channels),
            image => ColorOperations.Sharpness(image, Size, channels, factor)
        );

    private static void AssertBlends(int channels, double factor, Func<byte[], int, double> other, Action<byte[]> change)
    {
        var image = TestImage.Random(Size, channels);
        var changed = image.ToArray();
        change(changed);
        var expected = image.Select((value, place) => Math.Clamp(other(image, place) + (factor * (value - other(image, place))), 0, 255));
        Assert.That(changed.Select(value => (double)value), Is.EqualTo(expected).Within(0.501)); // rounded
    }

    private static double Luma(byte[] image, int pixel, int channels) =>
        channels == 1 ? image[pixel] : (0.299 * image[3 * pixel]) + (0.587 * image[(3 * pixel) + 1]) + (0.114 * image[(3 * pixel) + 2]);

    private static double Smooth(byte[] image, int place, int channels)
    {
        var (row, column, channel) = (place / channels / Size, place / channels % Size, place % channels);
        if (row is 0 or Size - 1 || column is 0 or Size - 1)
        {
            return image[place];
        }

        var weighted =
            from r in new[] { row - 1, row, row + 1 }
            from c in new[] { column - 1, column, column + 1 }
            select ((r, c) == (row, column) ? 5 : 1) * image[(((r * Size) + c) * channels) + channel];
        return weighted.Sum() / 13.0;
    }
}
