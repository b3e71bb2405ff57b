using System.Buffers.Binary;

namespace MLNet.Procrustean.Tests.Support.Fuzzing;

/// <summary>Files damaged at random, as by accident or by malice.</summary>
internal static class ByteMutations
{
    private const int Head = 512; // where formats keep their sizes

    private static readonly long[] Extremes =
    [
        0,
        1,
        -1,
        7,
        127,
        128,
        255,
        256,
        short.MaxValue,
        65_500,
        ushort.MaxValue,
        100_000_000,
        int.MaxValue,
        int.MinValue,
        uint.MaxValue,
        long.MaxValue,
        long.MinValue,
    ];

    /// <summary>One to three changes of a file.</summary>
    public static byte[] Of(byte[] whole, byte[] other, Random random)
    {
        var bytes = whole;
        for (var change = random.Next(3); change >= 0; change--)
        {
            bytes = bytes.Length == 0 ? [.. other] : Change(bytes, other, random);
        }

        return bytes;
    }

    private static byte[] Change(byte[] bytes, byte[] other, Random random)
    {
        var (at, length) = (Place(bytes, random), random.Next(1, 64));
        var end = Math.Min(at + length, bytes.Length);
        return random.Next(10) switch
        {
            0 => With(bytes, at, (byte)(bytes[at] ^ (1 << random.Next(8)))),
            1 => With(bytes, at, (byte)random.Next(256)),
            2 => bytes[..at],
            3 => [.. bytes[..end], .. bytes[at..]], // a part twice
            4 => [.. bytes[..at], .. bytes[end..]], // a part missing
            5 => [.. bytes[..at], .. other[Place(other, random)..]],
            6 => WithNumber(bytes, at, Extremes[random.Next(Extremes.Length)], random),
            7 => [.. bytes[..at], .. Enumerable.Repeat((byte)(random.Next(2) * 255), end - at), .. bytes[end..]],
            8 => [.. bytes[..at], .. RandomBytes(length, random), .. bytes[at..]],
            _ => [.. bytes[end..], .. bytes[..end]],
        };
    }

    private static int Place(byte[] bytes, Random random) => random.Next(random.Next(2) == 0 ? bytes.Length : Math.Min(bytes.Length, Head));

    private static byte[] With(byte[] bytes, int at, params ReadOnlySpan<byte> values)
    {
        var changed = bytes.ToArray();
        values[..Math.Min(values.Length, bytes.Length - at)].CopyTo(changed.AsSpan(at));
        return changed;
    }

    private static byte[] WithNumber(byte[] bytes, int at, long number, Random random)
    {
        var (little, big) = (new byte[8], new byte[8]);
        BinaryPrimitives.WriteInt64LittleEndian(little, number);
        BinaryPrimitives.WriteInt64BigEndian(big, number);
        var size = 1 << random.Next(4);
        return With(bytes, at, random.Next(2) == 0 ? little.AsSpan(0, size) : big.AsSpan(8 - size));
    }

    private static byte[] RandomBytes(int count, Random random)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
