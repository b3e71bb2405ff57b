using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using SkiaSharp;

namespace MLNet.Procrustean.Images;

/// <summary>
/// Decodes an image into the bytes of a square, row by row with the channels together: upright by its EXIF orientation, over white
/// where it is transparent, without colour management; of an animation the first frame. Safe to call from many threads.
/// </summary>
/// <remarks>
/// All direct calls of Skia are in this file. A JPEG that lacks only its end marker is refused as well: Skia does not tell it from one
/// that lacks pixels.
/// </remarks>
internal static class ImageDecoder
{
    /// <summary>The most pixels that an image may have; it bounds the memory that a small hostile file can claim to 0.8 GB.</summary>
    public const long MaximumPixels = 200_000_000;

    private static readonly SKEncodedImageFormat[] _formats =
    [
        SKEncodedImageFormat.Jpeg,
        SKEncodedImageFormat.Png,
        SKEncodedImageFormat.Bmp,
        SKEncodedImageFormat.Gif,
        SKEncodedImageFormat.Webp,
    ];

    /// <exception cref="ImageException">The file is missing, unreadable or no whole image.</exception>
    public static byte[] Decode(string path, ImageShape shape) => Decode(ImageFile.Read(path), shape, path);

    /// <exception cref="ImageException">The bytes are not a whole image.</exception>
    public static byte[] Decode(ReadOnlyMemory<byte> encoded, ImageShape shape, string origin)
    {
        if (encoded.IsEmpty)
        {
            throw new ImageException(origin, "the image is empty (0 bytes). Copy it again or remove it.");
        }

        using var data = SKData.CreateCopy(encoded.Span);
        using var stream = new SKMemoryStream(data);
        using var codec = SKCodec.Create(stream, out var opened) ?? throw Unopened(opened, encoded, origin);
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        CheckFormat(codec.EncodedFormat, origin);
        CheckPixels(width, height, origin);

        var eighths = SmallestSufficient(codec, shape);
        var scaled = codec.GetScaledDimensions(eighths / 8f);
        using var bitmap = new SKBitmap(new SKImageInfo(scaled.Width, scaled.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        var decoded = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (decoded != SKCodecResult.Success)
        {
            throw Undecoded(decoded, codec, encoded.Length, origin);
        }

        var grid = new PixelGrid(MemoryMarshal.Cast<byte, uint>(bitmap.GetPixelSpan()), scaled.Width);
        var orientation = new ExifOrientation((int)codec.EncodedOrigin); // Skia numbers them as EXIF does
        return SquareResampler.Resample(grid, width, height, eighths / 8.0, orientation, shape);
    }

    /// <remarks>The image stays the caller's to dispose.</remarks>
    /// <exception cref="ImageException">The image is null, as where ML.NET found none, or has too many pixels.</exception>
    public static byte[] Decode(MLImage? image, ImageShape shape, string origin)
    {
        if (image is null)
        {
            throw new ImageException(origin, "there is no image. Remove the row or give it one.");
        }

        CheckPixels(image.Width, image.Height, origin);
        var pixels = MemoryMarshal.Cast<byte, uint>(image.Pixels);
        var grid = new PixelGrid(pixels, image.Width, image.PixelFormat == MLPixelFormat.Bgra32);
        return SquareResampler.Resample(grid, image.Width, image.Height, 1, ExifOrientation.AsStored, shape);
    }

    // A JPEG shrinks while it is decoded, in steps of an eighth, at a fraction of the cost. WebP can, but decodes everything first.
    private static int SmallestSufficient(SKCodec codec, ImageShape shape)
    {
        if (codec.EncodedFormat != SKEncodedImageFormat.Jpeg)
        {
            return 8;
        }

        var (width, height) = (codec.Info.Width, codec.Info.Height);
        var side = shape.Aspect == AspectRatio.Pad ? Math.Max(width, height) : Math.Min(width, height);
        return (int)Math.Clamp((8L * shape.Size + side - 1) / side, 1, 8);
    }

    private static void CheckFormat(SKEncodedImageFormat format, string origin)
    {
        if (!_formats.Contains(format))
        {
            throw new ImageException(origin,
                $"the image is in the format {format}, but only {ImageFile.FormatNames} are read. Convert it.");
        }
    }

    private static void CheckPixels(int width, int height, string origin)
    {
        if (width < 1 || height < 1 || (long)width * height > MaximumPixels)
        {
            throw new ImageException(origin,
                $"the image claims {width} × {height} pixels; 1 to {MaximumPixels / 1_000_000} million are allowed. Shrink or remove it.");
        }
    }

    private static ImageException Unopened(SKCodecResult result, ReadOnlyMemory<byte> encoded, string origin) => new(origin,
        result == SKCodecResult.IncompleteInput
            ? $"the image is cut short: its {encoded.Length} bytes end within the header. Copy it again or remove it."
            : $"the {encoded.Length} bytes starting {Convert.ToHexString(encoded.Span[..Math.Min(8, encoded.Length)])} are no image "
                + $"that can be read ({result}); {ImageFile.FormatNames} can. Convert or remove it.");

    private static ImageException Undecoded(SKCodecResult result, SKCodec codec, int length, string origin)
    {
        var format = codec.EncodedFormat.ToString().ToUpperInvariant();
        var found = $"{format} of {codec.Info.Width} × {codec.Info.Height} pixels in {length} bytes";
        return new ImageException(origin, result == SKCodecResult.IncompleteInput
            ? $"the image is cut short: pixels are missing at its end ({found}). Copy it again or remove it."
            : $"the image is damaged and cannot be decoded ({result}; {found}). Copy it again or remove it.");
    }
}
