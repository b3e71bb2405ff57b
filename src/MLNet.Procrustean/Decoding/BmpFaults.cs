using System.Buffers.Binary;
using System.Numerics;

namespace MLNet.Procrustean.Decoding;

/// <summary>The kinds of BMP that Skia does not decode, or decodes to other colours than the file says, without a word about it.</summary>
internal static class BmpFaults
{
    private const int FileHeader = 14;
    private const int RedMask = 54; // then green, blue and, where there is one, alpha

    /// <summary>What is wrong with a file whose header Skia has accepted; null where nothing is.</summary>
    /// <param name="bmp">The file.</param>
    /// <param name="width">Pixels per row.</param>
    public static string? Find(ReadOnlySpan<byte> bmp, int width)
    {
        var start = UInt32(bmp, 10); // of the pixels
        var header = UInt32(bmp, FileHeader);
        var compression = header >= 20 ? UInt32(bmp, 30) : 0;
        var bits = compression switch
        {
            1 => 8, // run lengths, for which Skia ignores what the header says
            2 => 4,
            _ => UInt16(bmp, header < 16 ? 24 : 28),
        };
        return compression is 3 or 6 && header >= 40 ? FindInMasks(bmp, (int)start, header, bits, compression, width)
            : bits <= 8 ? FindInPalette(bmp, start, header, bits)
            : null;
    }

    private static string? FindInPalette(ReadOnlySpan<byte> bmp, uint start, uint header, int bits)
    {
        var (used, most) = (header >= 36 ? UInt32(bmp, 46) : 0, 1u << bits);
        var colors = used == 0 ? most : Math.Min(used, most);
        var room = (start - FileHeader - header) / (header < 16 ? 3 : 4);
        return room < colors
            ? $"its palette is cut short: a BMP of this kind has {colors} colours, and there is room for {room} before its pixels"
            : null;
    }

    private static string? FindInMasks(ReadOnlySpan<byte> bmp, int start, uint header, int bits, uint compression, int width)
    {
        var all = bits < 32 ? (1u << bits) - 1 : uint.MaxValue;
        var (red, green, blue) = (UInt32(bmp, RedMask) & all, UInt32(bmp, RedMask + 4) & all, UInt32(bmp, RedMask + 8) & all);
        var hasAlpha = header >= 56 || header == 40 && compression == 6 && start >= RedMask + 16;
        var alpha = hasAlpha ? UInt32(bmp, RedMask + 12) & all : 0;
        var isRead = header > 56; // its alpha, by Skia
        if (HasGaps(red) || HasGaps(green) || HasGaps(blue) || isRead && HasGaps(alpha))
        {
            return $"its colour masks (red {red:X}, green {green:X}, blue {blue:X}, alpha {alpha:X}) have gaps";
        }

        var isMask = alpha != 0 && !HasGaps(alpha) && (alpha & (red | green | blue)) == 0;
        return isMask && !isRead && IsTransparent(bmp[start..], alpha, bits, width)
            ? $"it has transparent pixels (alpha mask {alpha:X}), which are read only after a header of 108 or 124 bytes; it has {header}"
            : null;
    }

    private static bool HasGaps(uint mask)
    {
        var lowest = mask >> BitOperations.TrailingZeroCount(mask);
        return (lowest & (lowest + 1)) != 0;
    }

    // Writers that have no use for the alpha leave it at 0 or at its largest value everywhere.
    private static bool IsTransparent(ReadOnlySpan<byte> pixels, uint mask, int bits, int width)
    {
        var (bytes, pitch) = (bits / 8, (int)(((long)width * bits + 31) / 32 * 4));
        var (any, every) = (0u, mask);
        for (; pixels.Length >= pitch; pixels = pixels[pitch..])
        {
            for (var x = 0; x < width; x++)
            {
                var pixel = pixels.Slice(x * bytes, bytes);
                var alpha =
                    mask
                    & (
                        bytes == 2 ? UInt16(pixel, 0)
                        : bytes == 4 ? UInt32(pixel, 0)
                        : 0
                    );
                (any, every) = (any | alpha, every & alpha);
            }
        }

        return any != 0 && every != mask;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bmp, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bmp[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bmp, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bmp[at..]);
}
