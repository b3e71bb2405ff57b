using System.Numerics;
using System.Runtime.Intrinsics;

namespace MLNet.Procrustean.Images;

/// <summary>Brings decoded pixels to the square: aspect ratio, size, white behind transparency, grey; rounded once, at the end.</summary>
/// <remarks>
/// Skia 2.88 itself would alias: at every filter quality it is bilinear down to a half (a checkerboard of single pixels shrunk
/// 1.3 times keeps its full contrast as a moiré pattern), and below that it picks between halvings.
/// </remarks>
internal static class SquareResampler
{
    /// <param name="grid">The pixels as decoded.</param>
    /// <param name="width">The stored image's own width in pixels.</param>
    /// <param name="height">The stored image's own height in pixels.</param>
    /// <param name="scale">Decoded pixels per pixel of the image, in eighths up to 1; the last of a row may be part of one.</param>
    /// <param name="orientation">How the stored image is to be turned.</param>
    /// <param name="shape">The square to make.</param>
    public static byte[] Resample(PixelGrid grid, int width, int height, double scale, ExifOrientation orientation, ImageShape shape)
    {
        var across = AxisLayout.For(width, height, shape, orientation.ReversesColumns);
        var down = AxisLayout.For(height, width, shape, orientation.ReversesRows);
        var columns = new AxisFilter(across, scale);
        var rows = new AxisFilter(down, scale);
        var square = new byte[shape.Bytes];
        var line = new Vector4[grid.Width];
        for (var y = 0; y < down.Count; y++)
        {
            MixRows(grid, rows, y, line);
            for (var x = 0; x < across.Count; x++)
            {
                var position = ((down.Offset + y) * shape.Size + across.Offset + x) * shape.Channels;
                Write(MixColumns(line, columns, x), grid.BlueFirst, square.AsSpan(position, shape.Channels));
            }
        }

        return orientation.Upright(square, shape);
    }

    private static void MixRows(PixelGrid grid, AxisFilter rows, int index, Span<Vector4> line)
    {
        line.Clear();
        var first = rows.First(index);
        var weights = rows.Weights(index);
        for (var i = 0; i < weights.Length; i++)
        {
            var weight = weights[i];
            var row = grid.Row(first + i)[..line.Length]; // the same length, so that the bounds are checked once
            for (var x = 0; x < line.Length; x++)
            {
                line[x] += weight * ToVector(row[x]);
            }
        }
    }

    private static Vector4 MixColumns(ReadOnlySpan<Vector4> line, AxisFilter columns, int index)
    {
        var weights = columns.Weights(index);
        var pixels = line.Slice(columns.First(index), weights.Length);
        var sum = Vector4.Zero;
        for (var i = 0; i < weights.Length; i++)
        {
            sum += weights[i] * pixels[i];
        }

        return sum;
    }

    private static Vector4 ToVector(uint pixel)
    {
        var bytes = Vector128.CreateScalar(pixel).AsByte();
        return Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32()).AsVector4();
    }

    private static void Write(Vector4 premultiplied, bool blueFirst, Span<byte> target)
    {
        var color = premultiplied + new Vector4(255 - premultiplied.W);
        var (red, green, blue) = blueFirst ? (color.Z, color.Y, color.X) : (color.X, color.Y, color.Z);
        if (target.Length == 1)
        {
            target[0] = Round(0.299f * red + 0.587f * green + 0.114f * blue);
            return;
        }

        target[0] = Round(red);
        target[1] = Round(green);
        target[2] = Round(blue);
    }

    private static byte Round(float value) => (byte)Math.Min((int)(value + 0.5f), 255);
}
