using System.Numerics;
using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Persistence;

/// <summary>A checksum that finds damage, for which processors have an instruction.</summary>
internal static class Crc32C
{
    /// <summary>The CRC-32C (Castagnoli) of the bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var eight in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            sum = BitOperations.Crc32C(sum, eight);
        }

        foreach (var one in bytes[^(bytes.Length % sizeof(ulong))..])
        {
            sum = BitOperations.Crc32C(sum, one);
        }

        return ~sum;
    }
}
