using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Image files written byte by byte, for what Skia does not encode: BMP, GIF, palette PNG and EXIF.</summary>
internal static class HandmadeImages
{
    /// <summary>24 bits per pixel, rows from the bottom up.</summary>
    public static byte[] Bmp(int width, int height, Func<int, int, SKColor> color)
    {
        var stride = (width * 3 + 3) / 4 * 4;
        var file = new byte[54 + stride * height];
        "BM"u8.CopyTo(file);
        (int Offset, int Value)[] header =
        [
            (2, file.Length),
            (10, 54),
            (14, 40),
            (18, width),
            (22, height),
            (26, 1 | 24 << 16),
            (34, stride * height),
        ];
        foreach (var (offset, value) in header)
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(offset), value);
        }

        for (var i = 0; i < width * height; i++)
        {
            var (x, y) = (i % width, i / width);
            var pixel = color(x, y);
            new[] { pixel.Blue, pixel.Green, pixel.Red }.CopyTo(file, 54 + (height - 1 - y) * stride + x * 3);
        }

        return file;
    }

    /// <summary>256 palette colours; codes stay 9 bits wide because the table is cleared before it grows.</summary>
    public static byte[] Gif(int width, int height, Func<int, int, byte> index, Func<int, SKColor> palette)
    {
        var codes = new List<int>();
        for (var i = 0; i < width * height; i++)
        {
            if (i % 250 == 0)
            {
                codes.Add(256);
            }

            codes.Add(index(i % width, i / width));
        }

        codes.Add(257);
        var bits = new byte[(codes.Count * 9 + 7) / 8];
        for (var bit = 0; bit < codes.Count * 9; bit++)
        {
            bits[bit / 8] |= (byte)((codes[bit / 9] >> (bit % 9) & 1) << (bit % 8));
        }

        byte[] size = [(byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8)];
        return
        [
            .. "GIF89a"u8,
            .. size,
            0xF7,
            0,
            0,
            .. Palette(palette),
            0x2C,
            0,
            0,
            0,
            0,
            .. size,
            0,
            8,
            .. bits.Chunk(255).SelectMany(block => block.Prepend((byte)block.Length)),
            0,
            0x3B,
        ];
    }

    /// <summary>256 palette colours, the first of them transparent; the header may claim another size.</summary>
    public static byte[] PalettePng(
        int width,
        int height,
        Func<int, int, byte> index,
        Func<int, SKColor> palette,
        int? claimedWidth = null,
        int? claimedHeight = null
    )
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, claimedWidth ?? width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), claimedHeight ?? height);
        (header[8], header[9]) = (8, 3);
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zlib.Write([0, .. Enumerable.Range(0, width).Select(x => index(x, y))]);
            }
        }

        return
        [
            0x89,
            .. "PNG\r\n\x1A\n"u8,
            .. Chunk("IHDR"u8, header),
            .. Chunk("PLTE"u8, Palette(palette)),
            .. Chunk("tRNS"u8, [0]),
            .. Chunk("IDAT"u8, compressed.ToArray()),
            .. Chunk("IEND"u8, []),
        ];
    }

    /// <summary>Puts an EXIF segment with nothing but the orientation behind a JPEG's first marker.</summary>
    public static byte[] WithOrientation(byte[] jpeg, int orientation) =>
        ExifImages.Jpeg(jpeg, [.. ExifImages.Prefix, .. ExifImages.Block((uint)orientation)]);

    /// <summary>A PNG with a chunk of that name and content behind its header.</summary>
    public static byte[] WithChunk(byte[] png, ReadOnlySpan<byte> name, byte[] content)
    {
        const int headerEnd = 33;
        return [.. png[..headerEnd], .. Chunk(name, content), .. png[headerEnd..]];
    }

    /// <summary>A PNG with checksums that fit the chunks' changed contents, as far as it can still be read as a PNG.</summary>
    public static byte[] Resealed(byte[] png)
    {
        var sealedAgain = png.ToArray();
        long at = 8;
        while (at + 12 <= png.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan((int)at));
            if (at + 12 + length > png.Length)
            {
                break;
            }

            var body = png.AsSpan((int)at + 4, (int)length + 4);
            BinaryPrimitives.WriteUInt32BigEndian(sealedAgain.AsSpan((int)(at + 8 + length)), Checksum(body.ToArray()));
            at += 12 + length;
        }

        return sealedAgain;
    }

    private static IEnumerable<byte> Palette(Func<int, SKColor> palette) =>
        Enumerable.Range(0, 256).Select(palette).SelectMany(color => new[] { color.Red, color.Green, color.Blue });

    internal static byte[] Chunk(ReadOnlySpan<byte> name, IEnumerable<byte> content)
    {
        byte[] body = [.. name, .. content];
        var ends = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(ends, body.Length - 4);
        BinaryPrimitives.WriteUInt32BigEndian(ends.AsSpan(4), Checksum(body));
        return [.. ends[..4], .. body, .. ends[4..]];
    }

    private static uint Checksum(byte[] bytes)
    {
        var register = uint.MaxValue;
        foreach (var b in bytes)
        {
            register ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                register = (register >> 1) ^ ((register & 1) * 0xEDB88320u);
            }
        }

        return ~register;
    }
}
