using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLNet.Procrustean.Decoding;

/// <summary>Converts decoded pixels to the square: aspect ratio, size, white behind transparency, grey; rounded once, at the end.</summary>
/// <remarks>
/// Skia 2.88 itself would alias: at every filter quality it is bilinear down to a half (a checkerboard of single pixels shrunk 1.3 times
/// keeps its full contrast as a moiré pattern), and below that it picks between halvings. The loops over pixels are compiled with full
/// optimisation from the start: otherwise a training could have decoded all its images before the runtime optimises them.
/// </remarks>
internal static class SquareResampler
{
    /// <param name="grid">The pixels as decoded.</param>
    /// <param name="width">The stored image's own width in pixels.</param>
    /// <param name="height">The stored image's own height in pixels.</param>
    /// <param name="scale">Decoded pixels per pixel of the image, in eighths up to 1; the last of a row may be part of one.</param>
    /// <param name="orientation">How the stored image is to be turned.</param>
    /// <param name="shape">The square to make.</param>
    /// <param name="square">Where its bytes go.</param>
    public static void Resample(
        PixelGrid grid,
        int width,
        int height,
        double scale,
        ExifOrientation orientation,
        ImageShape shape,
        Span<byte> square
    )
    {
        if (orientation != ExifOrientation.AsStored)
        {
            var stored = new byte[shape.Bytes];
            Mix(grid, width, height, scale, orientation, shape, stored);
            orientation.Upright(stored, square, shape);
            return;
        }

        Mix(grid, width, height, scale, orientation, shape, square);
    }

    private static void Mix(
        PixelGrid grid,
        int width,
        int height,
        double scale,
        ExifOrientation orientation,
        ImageShape shape,
        Span<byte> stored
    )
    {
        var across = AxisLayout.For(width, height, shape, orientation.ReversesColumns);
        var down = AxisLayout.For(height, width, shape, orientation.ReversesRows);
        if (across.Count < shape.Size || down.Count < shape.Size)
        {
            stored.Clear(); // black around what is filled
        }

        var pitch = shape.Size * shape.Channels;
        var filled = stored[((down.Offset * pitch) + (across.Offset * shape.Channels))..];
        if (scale == 1 && across.IsUnchanged && down.IsUnchanged)
        {
            Copy(grid, across, down, shape.Channels, pitch, filled);
            return;
        }

        var columns = new AxisFilter(across, scale);
        var rows = new AxisFilter(down, scale);
        var line = GC.AllocateUninitializedArray<Vector4>(grid.Width);
        for (var y = 0; y < down.Count; y++)
        {
            MixRows(grid, rows, y, line);
            MixColumns(line, columns, across.Count, grid.BlueFirst, shape.Channels, filled[(y * pitch)..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy(PixelGrid grid, AxisLayout across, AxisLayout down, int channels, int pitch, Span<byte> target)
    {
        for (var y = 0; y < down.Count; y++)
        {
            var row = grid.Row(down.Start + y).Slice(across.Start, across.Count);
            var line = target.Slice(y * pitch, across.Count * channels);
            for (var x = 0; x < row.Length; x++)
            {
                Store(ToVector(row[x]), grid.BlueFirst, line.Slice(x * channels, channels));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixRows(PixelGrid grid, AxisFilter rows, int index, Span<Vector4> line)
    {
        line.Clear();
        var first = rows.First(index);
        var weights = rows.Weights(index);
        for (var i = 0; i < weights.Length; i++)
        {
            var weight = weights[i];
            var row = grid.Row(first + i)[..line.Length]; // the same length, so that the bounds are checked once
            var x = WeightedBytes.AddWhole(MemoryMarshal.AsBytes(row), weight, MemoryMarshal.Cast<Vector4, float>(line)) / sizeof(uint);
            for (; x < line.Length; x++)
            {
                line[x] += weight * ToVector(row[x]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MixColumns(
        ReadOnlySpan<Vector4> line,
        AxisFilter columns,
        int count,
        bool blueFirst,
        int channels,
        Span<byte> target
    )
    {
        for (var x = 0; x < count; x++)
        {
            var weights = columns.Weights(x);
            var pixels = line.Slice(columns.First(x), weights.Length);
            var sum = Vector4.Zero;
            for (var i = 0; i < pixels.Length; i++)
            {
                sum += weights[i] * pixels[i];
            }

            Store(sum, blueFirst, target.Slice(x * channels, channels));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector4 ToVector(uint pixel)
    {
        var bytes = Vector128.CreateScalar(pixel).AsByte();
        return Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32()).AsVector4();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector4 premultiplied, bool blueFirst, Span<byte> target)
    {
        var color = premultiplied + new Vector4(255 - premultiplied.W);
        if (target.Length == 1)
        {
            var (red, blue) = blueFirst ? (color.Z, color.X) : (color.X, color.Z);
            target[0] = (byte)Math.Min((int)(0.299f * red + 0.587f * color.Y + 0.114f * blue + 0.5f), 255);
            return;
        }

        var bytes = Vector128.Min(Vector128.ConvertToInt32((color + new Vector4(0.5f)).AsVector128()), Vector128.Create(255)).AsByte();
        var (first, last) = blueFirst ? (8, 0) : (0, 8); // of four bytes each, the lowest first
        target[2] = bytes[last];
        target[1] = bytes[4];
        target[0] = bytes[first];
    }
}
