using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Decoding;

/// <summary>The inner loop of resampling: sums of bytes, each multiplied by a weight.</summary>
internal static class WeightedBytes
{
    /// <summary>Adds as many values at a time as the processor's vectors hold, with the same bits as one by one.</summary>
    /// <param name="row">Values, 0 to 255.</param>
    /// <param name="weight">What each is multiplied by.</param>
    /// <param name="sums">What the products are added to, as many as there are values.</param>
    /// <returns>How many were added, a multiple of 16; the rest is left to the caller.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int AddWhole(ReadOnlySpan<byte> row, float weight, Span<float> sums)
    {
        var bytes = MemoryMarshal.Cast<byte, Vector<byte>>(row);
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(sums);
        for (var i = 0; i < bytes.Length; i++)
        {
            Vector.Widen(bytes[i], out var low, out var high);
            Vector.Widen(low, out var first, out var second);
            Vector.Widen(high, out var third, out var fourth);
            var four = vectors.Slice(4 * i, 4);
            four[0] += weight * Vector.ConvertToSingle(first.As<uint, int>());
            four[1] += weight * Vector.ConvertToSingle(second.As<uint, int>());
            four[2] += weight * Vector.ConvertToSingle(third.As<uint, int>());
            four[3] += weight * Vector.ConvertToSingle(fourth.As<uint, int>());
        }

        return bytes.Length * Vector<byte>.Count;
    }
}
