using System.Buffers.Binary;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>BMP files of one row, written byte by byte, with colour masks or a palette.</summary>
internal static class HandmadeBmps
{
    /// <summary>Pixels of 16 or 32 bits, and masks of red, green, blue and alpha, which a header of 40 bytes has after it.</summary>
    public static byte[] OfMasks(int header, int bits, int compression, uint[] masks, uint[] row)
    {
        var pixels = row.SelectMany(pixel => BitConverter.GetBytes(pixel)[..(bits / 8)]).ToArray();
        var file = File(header, Math.Max(header, 56) - header, row.Length, bits, [.. pixels, .. new byte[pixels.Length % 4]]);
        Put(file, 30, compression);
        for (var i = 0; i < (header == 52 ? 3 : 4); i++)
        {
            Put(file, 54 + (4 * i), (int)masks[i]);
        }

        return file;
    }

    /// <summary>A palette of colours (255 − i, 20i, 10i), all of them counted where the header has a place for their number.</summary>
    public static byte[] OfPalette(int header, int bits, int colors, byte[] row, int? claimed = null)
    {
        var each = header == 12 ? 3 : 4;
        var file = File(header, colors * each, row.Length * 8 / bits, bits, [.. row, .. new byte[(4 - (row.Length % 4)) % 4]]);
        for (var i = 0; i < colors; i++)
        {
            byte[] color = [(byte)(10 * i), (byte)(20 * i), (byte)(255 - i)];
            color.CopyTo(file, 14 + header + (each * i));
        }

        if (header >= 36)
        {
            Put(file, 46, claimed ?? colors);
        }

        return file;
    }

    private static byte[] File(int header, int between, int width, int bits, byte[] pixels)
    {
        var start = 14 + header + between;
        byte[] file = [.. "BM"u8, .. new byte[start - 2], .. pixels];
        Put(file, 2, file.Length);
        Put(file, 10, start);
        Put(file, 14, header);
        if (header == 12)
        {
            Put(file, 18, width | 1 << 16);
            Put(file, 22, 1 | bits << 16);
        }
        else
        {
            Put(file, 18, width);
            Put(file, 22, 1);
            Put(file, 26, 1 | bits << 16);
        }

        return file;
    }

    private static void Put(byte[] file, int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
}
