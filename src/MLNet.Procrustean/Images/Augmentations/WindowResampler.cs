using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MLNet.Procrustean.Decoding;

namespace MLNet.Procrustean.Images.Augmentations;

/// <summary>
/// Resizes a window of an image: averages pixels where it shrinks, interpolates where it enlarges; rounded once, at the end.
/// </summary>
/// <remarks>The same weights as those by which a decoded image is resized, here for pixels of one or three bytes.</remarks>
internal static class WindowResampler
{
    /// <param name="image">The image, [size, size, channels].</param>
    /// <param name="size">Its side in pixels.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="window">What of it is used.</param>
    /// <param name="mirrored">Whether the result is mirrored left to right.</param>
    /// <param name="side">The side of the result in pixels.</param>
    /// <param name="target">The result, [side, side, channels].</param>
    public static void Resample(
        ReadOnlySpan<byte> image,
        int size,
        int channels,
        ImageWindow window,
        bool mirrored,
        int side,
        Span<byte> target
    )
    {
        var rows = new AxisFilter(new(window.Top, window.Height, 0, side), scale: 1);
        var columns = new AxisFilter(new(0, window.Width, 0, side), scale: 1);
        var pitch = size * channels;
        var width = window.Width * channels;
        Span<float> line = new float[width + 1]; // one more, so that the last three channels can be read as four
        for (var y = 0; y < side; y++)
        {
            MixRows(image[(window.Left * channels)..], pitch, rows, y, line[..width]);
            var row = target.Slice(y * side * channels, side * channels);
            if (channels == 3)
            {
                MixColors(line, columns, row);
            }
            else
            {
                MixGreys(line, columns, row);
            }

            if (mirrored)
            {
                RowOrder.Mirror(row, channels);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixRows(ReadOnlySpan<byte> image, int pitch, AxisFilter rows, int index, Span<float> line)
    {
        line.Clear();
        var first = rows.First(index);
        var weights = rows.Weights(index);
        for (var i = 0; i < weights.Length; i++)
        {
            var weight = weights[i];
            var row = image.Slice((first + i) * pitch, line.Length);
            for (var x = WeightedBytes.AddWhole(row, weight, line); x < line.Length; x++)
            {
                line[x] += weight * row[x];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixColors(ReadOnlySpan<float> line, AxisFilter columns, Span<byte> target)
    {
        for (var x = 0; 3 * x < target.Length; x++)
        {
            var weights = columns.Weights(x);
            var pixels = line.Slice(3 * columns.First(x), (3 * weights.Length) + 1);
            var sum = Vector128.Create(0.5f);
            for (var i = 0; i < weights.Length; i++)
            {
                sum += weights[i] * Vector128.LoadUnsafe(in MemoryMarshal.GetReference(pixels), (nuint)(3 * i));
            }

            var rounded = Vector128.Min(Vector128.ConvertToInt32(sum), Vector128.Create(255)).AsByte();
            target[(3 * x) + 2] = rounded[8]; // of four bytes each, the lowest first
            target[(3 * x) + 1] = rounded[4];
            target[3 * x] = rounded[0];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixGreys(ReadOnlySpan<float> line, AxisFilter columns, Span<byte> target)
    {
        for (var x = 0; x < target.Length; x++)
        {
            var weights = columns.Weights(x);
            var pixels = line.Slice(columns.First(x), weights.Length);
            var sum = 0.5f;
            for (var i = 0; i < weights.Length; i++)
            {
                sum += weights[i] * pixels[i];
            }

            target[x] = (byte)Math.Min((int)sum, 255);
        }
    }
}
