using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using SkiaSharp;

namespace MLNet.Procrustean.Decoding;

/// <summary>
/// Decodes an image into the bytes of a square, row by row with the channels together: upright by its EXIF orientation, on white where it
/// is transparent, without colour management; of an animation the first frame. Safe to call from many threads.
/// </summary>
/// <remarks>
/// A small file may claim a large image. No image takes more memory than <see cref="MaximumPixels"/> of four bytes each, in addition to the
/// bytes of the file. Images that take much memory are decoded one at a time, so that all threads together take no more either. Each thread
/// keeps one mebibyte for small images. All direct calls of Skia are in this file. A JPEG that lacks only its end marker is refused too:
/// Skia cannot distinguish it from one that lacks pixels.
/// </remarks>
internal static class ImageDecoder
{
    /// <summary>
    /// The setting of the application (in its runtimeconfig.json, or by AppContext) that sets <see cref="MaximumPixels"/>.
    /// </summary>
    public const string Setting = "MLNet.Procrustean.MaximumPixels";

    private const long UnlessSet = 200_000_000; // 0.8 GB
    private const long MostPixels = int.MaxValue / 4; // that a span of bytes holds
    private const long MuchBytes = 64_000_000;

    // A buffer for the pixels of small images, reused for one after the other: allocating one for each would be a tenth of the work of a
    // tiny image.
    private const int ReusedBytes = 1 << 20;

    [ThreadStatic]
    private static byte[]? reused;

    private static readonly Lock Alone = new();

    private static readonly SKEncodedImageFormat[] Formats =
    [
        SKEncodedImageFormat.Jpeg,
        SKEncodedImageFormat.Png,
        SKEncodedImageFormat.Bmp,
        SKEncodedImageFormat.Gif,
        SKEncodedImageFormat.Webp,
    ];

    /// <summary>The most pixels that an image may have.</summary>
    /// <exception cref="InvalidOperationException">The setting is not a whole number above 0.</exception>
    public static long MaximumPixels =>
        AppContext.GetData(Setting)?.ToString() is not { } set ? UnlessSet
        : long.TryParse(set, CultureInfo.InvariantCulture, out var most) && most > 0 ? Math.Min(most, MostPixels)
        : throw new InvalidOperationException($"{Setting} is '{set}'; it must be a whole number of pixels above 0, such as 500000000.");

    /// <summary>What to do with an image above the limit.</summary>
    public static string Advice =>
        MaximumPixels < MostPixels ? $"Shrink or remove it, or set {Setting} (at most {MostPixels})." : "Shrink or remove it.";

    /// <param name="path">The file.</param>
    /// <param name="shape">The square to make of it.</param>
    /// <param name="square">Where its bytes go, <see cref="ImageShape.Bytes"/> of them; undefined where an exception is thrown.</param>
    /// <exception cref="ImageException">The file is missing, unreadable or not a complete image.</exception>
    public static void Decode(string path, ImageShape shape, Memory<byte> square) =>
        AloneWhereMuch(ImageFile.Length(path), () => Decode(ImageFile.Read(path), shape, path, square));

    /// <exception cref="ImageException">The bytes are not a complete image.</exception>
    public static void Decode(ReadOnlyMemory<byte> encoded, ImageShape shape, string origin, Memory<byte> square)
    {
        if (encoded.IsEmpty)
        {
            throw new ImageException(origin, "the image is empty (0 bytes). Copy it again or remove it.");
        }

        using var data = SKData.CreateCopy(encoded.Span);
        using var codec = SKCodec.Create(data) ?? throw Unopened(data, encoded, origin);
        CheckFormat(codec.EncodedFormat, origin);
        var held = Held(codec.EncodedFormat, encoded.Span);
        CheckPixels(codec.Info.Width, codec.Info.Height, held, origin);
        CheckBmp(codec, encoded.Span, origin);
        var eighths = SmallestSufficient(codec, shape);
        var scaled = codec.GetScaledDimensions(eighths / 8f);
        var pixels = held == 1 ? (long)scaled.Width * scaled.Height : (long)codec.Info.Width * codec.Info.Height * held;
        AloneWhereMuch(4 * pixels, () => Decode(codec, eighths, encoded.Span, shape, origin, square.Span));
    }

    /// <remarks>The caller disposes the image.</remarks>
    /// <exception cref="ImageException">
    /// The image is null, for example where ML.NET found none, or was disposed, or has too many pixels.
    /// </exception>
    public static void Decode(MLImage? image, ImageShape shape, string origin, Memory<byte> square)
    {
        if (image is null)
        {
            throw new ImageException(origin, "there is no image. Remove the row or give it one.");
        }

        var (width, height) = SizeOf(image, origin);
        CheckPixels(width, height, held: 1, origin);
        var pixels = Opaque(MemoryMarshal.Cast<byte, uint>(image.Pixels), IsOpaque(image));
        var grid = new PixelGrid(pixels, width, image.PixelFormat == MLPixelFormat.Bgra32);
        SquareResampler.Resample(grid, width, height, 1, ExifOrientation.AsStored, shape, square.Span);
    }

    private static bool IsOpaque(MLImage image)
    {
        try
        {
            return BitmapOf(image).AlphaType == SKAlphaType.Opaque;
        }
        catch (MissingFieldException)
        {
            return false; // in another version of ML.NET: then only the pixels tell
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_image")]
    private static extern ref SKBitmap BitmapOf(MLImage image);

    private static (int Width, int Height) SizeOf(MLImage image, string origin)
    {
        try
        {
            return (image.Width, image.Height);
        }
        catch (InvalidOperationException problem)
        {
            throw new ImageException(origin, "the image was disposed. Keep it until the data is read, or remove the row.", problem);
        }
    }

    // The fourth byte of a camera's frames may be 0 and mean nothing. Colours are multiplied by alpha where it has a meaning: it has none
    // where it is 0 everywhere and colours are not, and where the image says so, as one that ML.NET has padded: bars are 0 in all bytes.
    private static ReadOnlySpan<uint> Opaque(ReadOnlySpan<uint> pixels, bool isOpaque)
    {
        const uint alpha = 0xFF00_0000; // of little-endian bytes, as all systems of libtorch have them
        var isAsItIs = isOpaque
            ? !pixels.ContainsAnyInRange(0u, alpha - 1)
            : pixels.ContainsAnyInRange(0x0100_0000u, uint.MaxValue) || !pixels.ContainsAnyExcept(0u);
        if (isAsItIs)
        {
            return pixels;
        }

        var opaque = pixels.ToArray();
        foreach (ref var pixel in opaque.AsSpan())
        {
            pixel |= alpha;
        }

        return opaque;
    }

    private static void Decode(SKCodec codec, int eighths, ReadOnlySpan<byte> encoded, ImageShape shape, string origin, Span<byte> square)
    {
        var scaled = codec.GetScaledDimensions(eighths / 8f);
        var info = new SKImageInfo(scaled.Width, scaled.Height, SKColorType.Rgba8888, SKAlphaType.Premul);
        using var large = info.BytesSize64 > ReusedBytes ? Allocate(info, origin) : null;
        var small = large is null ? reused ??= GC.AllocateUninitializedArray<byte>(ReusedBytes, pinned: true) : [];
        var decoded = codec.GetPixels(info, large?.GetPixels() ?? Marshal.UnsafeAddrOfPinnedArrayElement(small, 0));
        if (decoded != SKCodecResult.Success)
        {
            throw Undecoded(decoded, codec, encoded.Length, origin);
        }

        var pixels = large is null ? small.AsSpan(0, info.BytesSize) : large.GetPixelSpan();
        var grid = new PixelGrid(MemoryMarshal.Cast<byte, uint>(pixels), scaled.Width);
        var orientation = ExifReader.Orientation(encoded);
        SquareResampler.Resample(grid, codec.Info.Width, codec.Info.Height, eighths / 8.0, orientation, shape, square);
    }

    private static SKBitmap Allocate(SKImageInfo info, string origin)
    {
        var bitmap = new SKBitmap();
        if (!bitmap.TryAllocPixels(info))
        {
            bitmap.Dispose();
            throw new ImageException(
                origin,
                $"there is no memory for {info.Width} × {info.Height} pixels ({ImageMemory.Readable(info.BytesSize64)}). "
                    + "Shrink or remove it."
            )
            {
                IsOfMemory = true,
            };
        }

        return bitmap;
    }

    private static void AloneWhereMuch(long bytes, Action decode)
    {
        if (bytes <= MuchBytes)
        {
            decode();
            return;
        }

        lock (Alone)
        {
            decode();
        }
    }

    // How much the decoder holds in memory at once, in images of four bytes a pixel: the result, and what it is computed from where the
    // file is not read row by row.
    private static int Held(SKEncodedImageFormat format, ReadOnlySpan<byte> encoded) =>
        format switch
        {
            SKEncodedImageFormat.Jpeg => JpegScans.IsOne(encoded) ? 1 : 2, // two bytes a coefficient, of up to four channels
            SKEncodedImageFormat.Png => encoded.Length > 28 && encoded[28] != 0 ? 3 : 1, // interlaced: up to eight bytes a pixel more
            SKEncodedImageFormat.Webp => 2,
            _ => 1,
        };

    // A JPEG can be shrunk while it is decoded, in steps of an eighth, at a fraction of the cost. WebP can be too, but decodes everything
    // first.
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
        if (!Formats.Contains(format))
        {
            throw new ImageException(
                origin,
                $"the image is in the format {format}, but only {ImageFile.FormatNames} are read. Convert it."
            );
        }
    }

    private static void CheckPixels(int width, int height, int held, string origin)
    {
        var most = MaximumPixels / held;
        if (width < 1 || height < 1 || (long)width * height > most)
        {
            throw new ImageException(
                origin,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the image claims {width} × {height} pixels; 1 to {most / 1e6:0.###} million are allowed for an image of its kind. "
                ) + Advice
            )
            {
                IsOfLimit = true,
            };
        }
    }

    private static void CheckBmp(SKCodec codec, ReadOnlySpan<byte> encoded, string origin)
    {
        if (codec.EncodedFormat == SKEncodedImageFormat.Bmp && BmpFaults.Find(encoded, codec.Info.Width) is { } fault)
        {
            throw new ImageException(origin, $"the BMP cannot be decoded: {fault}. Convert it, for example to PNG.");
        }
    }

    // Skia gives the reason only where it reads a stream.
    private static ImageException Unopened(SKData data, ReadOnlyMemory<byte> encoded, string origin)
    {
        using var stream = new SKMemoryStream(data);
        using var codec = SKCodec.Create(stream, out var result);
        return new(
            origin,
            result == SKCodecResult.IncompleteInput
                ? $"the image is cut short: its {encoded.Length} bytes end within the header. Copy it again or remove it."
                : $"the {encoded.Length} bytes starting {Convert.ToHexString(encoded.Span[..Math.Min(8, encoded.Length)])} are no image "
                    + $"that can be read ({result}); {ImageFile.FormatNames} can. Convert or remove it."
        );
    }

    private static ImageException Undecoded(SKCodecResult result, SKCodec codec, int length, string origin)
    {
        var format = codec.EncodedFormat.ToString().ToUpperInvariant();
        var found = $"{format} of {codec.Info.Width} × {codec.Info.Height} pixels in {length} bytes";
        return new ImageException(
            origin,
            result == SKCodecResult.IncompleteInput
                ? $"the image is cut short: pixels are missing at its end ({found}). Copy it again or remove it."
                : $"the image is damaged and cannot be decoded ({result}; {found}). Copy it again or remove it."
        );
    }
}
