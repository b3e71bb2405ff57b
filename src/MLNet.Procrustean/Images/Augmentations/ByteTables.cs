using System.Runtime.CompilerServices;

namespace MLNet.Procrustean.Images.Augmentations;

/// <summary>Changes that give each value of a byte another one, whatever its place.</summary>
internal static class ByteTables
{
    /// <summary>Changes all values of an image, in place; results are rounded, and stay within 0 to 255.</summary>
    public static void Map(Span<byte> image, Func<int, double> change) => Replace(image, 0, 1, Table(change));

    /// <summary>Changes the values of one channel, in place.</summary>
    public static void Map(Span<byte> image, int channel, int channels, Func<int, double> change) =>
        Replace(image, channel, channels, Table(change));

    /// <summary>How often each value occurs in a channel, [256].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int[] Histogram(ReadOnlySpan<byte> image, int channel, int channels)
    {
        var counts = new int[256];
        for (var i = channel; i < image.Length; i += channels)
        {
            counts[image[i]]++;
        }

        return counts;
    }

    /// <summary>The nearest byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Nearest(double value) => (byte)Math.Clamp(value + 0.5, 0, 255);

    private static byte[] Table(Func<int, double> change)
    {
        var table = new byte[256];
        for (var value = 0; value < table.Length; value++)
        {
            table[value] = Nearest(change(value));
        }

        return table;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Replace(Span<byte> image, int first, int step, byte[] table)
    {
        for (var i = first; i < image.Length; i += step)
        {
            image[i] = table[image[i]];
        }
    }
}
