using System.Runtime.InteropServices;
using SkiaSharp;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Small images made from a function of column and row, in every format that is read.</summary>
internal static class TestImages
{
    public static byte[] Png(int width, int height, Func<int, int, SKColor> color) =>
        Encode(SKEncodedImageFormat.Png, 100, width, height, color);

    public static byte[] Jpeg(int width, int height, Func<int, int, SKColor> color, int quality = 90) =>
        Encode(SKEncodedImageFormat.Jpeg, quality, width, height, color);

    public static byte[] Webp(int width, int height, Func<int, int, SKColor> color, int quality = 100) => // 100 is lossless
        Encode(SKEncodedImageFormat.Webp, quality, width, height, color);

    public static byte[] GreyPng(int width, int height, Func<int, int, byte> grey)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        var pixels = Enumerable.Range(0, width * height).Select(i => grey(i % width, i / width)).ToArray();
        for (var y = 0; y < height; y++)
        {
            Marshal.Copy(pixels, y * width, bitmap.GetPixels() + y * bitmap.RowBytes, width);
        }

        return Encode(bitmap, SKEncodedImageFormat.Png, 100);
    }

    /// <summary>Smooth like a photograph out of focus, and different in every channel and direction.</summary>
    public static SKColor Photo(int x, int y) => new(Wave(x / 41.0 + y / 83.0), Wave(x / 29.0 - y / 61.0 + 1), Wave(y / 47.0 + 2));

    /// <summary>Different at every pixel of a small image, with nothing smooth about it.</summary>
    public static SKColor Noise(int x, int y) => new((byte)(x * 73 + y * 151), (byte)(x * 199 + y * 31 + 17), (byte)(x * x * 7 + y * 89));

    /// <summary>Red, green and blue of every pixel, row by row: what a decoder must give for an image that already has its size.</summary>
    public static byte[] Bytes(int width, int height, Func<int, int, SKColor> color) =>
        [.. Colors(width, height, color).SelectMany(pixel => new[] { pixel.Red, pixel.Green, pixel.Blue })];

    /// <summary>The pixels of an encoded image at full size, as a PNG.</summary>
    public static byte[] AsPng(byte[] encoded)
    {
        using var bitmap = SKBitmap.Decode(encoded);
        return Encode(bitmap, SKEncodedImageFormat.Png, 100);
    }

    private static IEnumerable<SKColor> Colors(int width, int height, Func<int, int, SKColor> color) =>
        Enumerable.Range(0, width * height).Select(i => color(i % width, i / width));

    private static byte Wave(double phase) => (byte)(128 + 100 * Math.Sin(phase));

    private static byte[] Encode(SKEncodedImageFormat format, int quality, int width, int height, Func<int, int, SKColor> color)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.Pixels = [.. Colors(width, height, color)];
        return Encode(bitmap, format, quality);
    }

    private static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format, int quality)
    {
        using var data = bitmap.Encode(format, quality);
        return data.ToArray();
    }
}
