using System.Buffers.Binary;
using System.IO.Compression;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Small image files, written byte by byte, that claim large images or large contents.</summary>
internal static class ImageBombs
{
    public static readonly byte[] PngSignature = [0x89, .. "PNG\r\n\x1A\n"u8];

    /// <summary>One pixel on a canvas of that size, in 35 bytes.</summary>
    public static byte[] Gif(int width, int height) =>
        [
            .. "GIF89a"u8,
            .. Little(width),
            .. Little(height),
            0x80,
            0,
            0,
            0,
            0,
            0,
            255,
            255,
            255,
            0x2C,
            0,
            0,
            0,
            0,
            1,
            0,
            1,
            0,
            0,
            2,
            2,
            0x44,
            1,
            0,
            0x3B,
        ];

    /// <summary>A header for 24 bits a pixel, and almost no pixels after it.</summary>
    public static byte[] Bmp(int width, int height)
    {
        var bmp = HandmadeImages.Bmp(1, 1, (_, _) => default);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(22), height);
        return bmp;
    }

    /// <summary>
    /// A lossless WebP of one colour, in some 30 bytes: each of its five codes has one symbol, so that no pixel takes a bit. Up to 16,384
    /// pixels a side.
    /// </summary>
    public static byte[] Webp(int width, int height)
    {
        var size = (uint)(width - 1) | ((uint)(height - 1) << 14) | (1u << 28); // and that there is transparency
        // no transforms, no cache, no groups; then four bits a code
        byte[] pixels = [0x2F, .. Little32(size), 0b1000_1000, 0b1000_1000, 0b1000, 0, 0, 0];
        byte[] chunk = [.. "WEBP"u8, .. "VP8L"u8, .. Little32((uint)pixels.Length), .. pixels, .. new byte[pixels.Length % 2]];
        return [.. "RIFF"u8, .. Little32((uint)chunk.Length), .. chunk];
    }

    /// <summary>A WebP whose canvas is larger than the picture on it.</summary>
    public static byte[] WebpCanvas(int width, int height)
    {
        var picture = Webp(16, 16)[12..];
        byte[] chunk =
        [
            .. "WEBP"u8,
            .. "VP8X"u8,
            .. Little32(10),
            0x10,
            0,
            0,
            0,
            .. Little32((uint)(width - 1))[..3],
            .. Little32((uint)(height - 1))[..3],
            .. picture,
        ];
        return [.. "RIFF"u8, .. Little32((uint)chunk.Length), .. chunk];
    }

    /// <summary>
    /// A grey or coloured JPEG: sequential with one scan if there are no refining scans, else progressive with that many, each of which
    /// passes over all blocks.
    /// </summary>
    public static byte[] Jpeg(int width, int height, int channels = 1, int refiningScans = 0)
    {
        var blocks = (width + 7) / 8 * ((height + 7) / 8);
        var each = Enumerable.Range(1, channels).SelectMany(channel => new byte[] { (byte)channel, 0x11, 0 });
        byte[] start =
        [
            0xFF,
            0xD8,
            .. Segment(0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]),
            .. Segment(refiningScans == 0 ? (byte)0xC0 : (byte)0xC2, [8, .. Big(height), .. Big(width), (byte)channels, .. each]),
            .. Segment(0xC4, [0, 1, .. new byte[15], 0]), // one symbol: no difference
            // one symbol: no more coefficients, in this block or in up to 32,767 of them
            .. Segment(0xC4, [0x10, 1, .. new byte[15], refiningScans == 0 ? (byte)0 : (byte)0xE0]),
        ];
        if (refiningScans == 0)
        {
            var all = Enumerable.Range(1, channels).SelectMany(channel => new byte[] { (byte)channel, 0 });
            return
            [
                .. start,
                .. Segment(0xDA, [(byte)channels, .. all, 0, 63, 0]),
                .. new byte[(2 * blocks * channels + 7) / 8],
                0xFF,
                0xD9,
            ];
        }

        var runs = string.Concat(Enumerable.Repeat("0" + new string('1', 14), (blocks / 32_767) + 1)); // a bit 0, and a length in 14 bits
        byte[] scan =
        [
            .. runs.PadRight((runs.Length + 7) / 8 * 8, '1').Chunk(8).SelectMany(bits => Stuffed(Convert.ToByte(new string(bits), 2))),
        ];
        var scans = Enumerable
            .Range(0, refiningScans)
            .SelectMany(number => (byte[])[.. Segment(0xDA, [1, (byte)((number % channels) + 1), 0, 1, 63, 0]), .. scan]);
        return [.. start, .. scans, 0xFF, 0xD9];
    }

    /// <summary>Zeros, compressed a thousandfold.</summary>
    public static byte[] Zeros(int megabytes)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var megabyte = new byte[1 << 20];
            for (var i = 0; i < megabytes; i++)
            {
                zlib.Write(megabyte);
            }
        }

        return compressed.ToArray();
    }

    /// <summary>A JPEG with a segment inserted behind its first marker, the given number of times.</summary>
    public static byte[] WithSegments(byte[] jpeg, byte marker, byte[] content, int times) =>
        [.. jpeg[..2], .. Enumerable.Repeat(Segment(marker, content), times).SelectMany(segment => segment), .. jpeg[2..]];

    /// <summary>A black interlaced PNG of 16 bits in each of four channels, which takes eight bytes a pixel until it is complete.</summary>
    public static byte[] InterlacedPng(int side)
    {
        byte[] header = [.. Big32(side), .. Big32(side), 16, 6, 0, 0, 1];
        var zeros = Zeros((int)(((long)side * side * 8) + (side * 16L) >> 20) + 1);
        return
        [
            .. PngSignature,
            .. HandmadeImages.Chunk("IHDR"u8, header),
            .. HandmadeImages.Chunk("IDAT"u8, zeros),
            .. HandmadeImages.Chunk("IEND"u8, []),
        ];
    }

    /// <summary>A black PNG, read row by row.</summary>
    public static byte[] Png(int width, int height)
    {
        byte[] header = [.. Big32(width), .. Big32(height), 1, 0, 0, 0, 0];
        var zeros = Zeros((int)((width / 8L + 2) * height >> 20) + 1);
        return
        [
            .. PngSignature,
            .. HandmadeImages.Chunk("IHDR"u8, header),
            .. HandmadeImages.Chunk("IDAT"u8, zeros),
            .. HandmadeImages.Chunk("IEND"u8, []),
        ];
    }

    private static byte[] Segment(byte marker, byte[] content) => [0xFF, marker, .. Big(content.Length + 2), .. content];

    private static byte[] Stuffed(byte value) => value == 0xFF ? [value, 0] : [value];

    private static byte[] Little(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] Little32(uint value) => BitConverter.GetBytes(value); // every processor that libtorch runs on is little-endian

    private static byte[] Big(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] Big32(int value) => [.. Big(value >> 16), .. Big(value)];
}
