using static TorchSharp.torch;

namespace MLNet.Procrustean.Images;

/// <summary>Random changes to each training image, drawn anew every time it is seen.</summary>
public sealed record Augmentation
{
    /// <summary>No change.</summary>
    public static Augmentation None { get; } = new() { CropPadding = 0, HorizontalFlip = false };

    /// <summary>Random crop: the image is padded with this many black pixels on each side and cropped back at a random place. 0 to 64; the default is 4, 0 is off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The padding is out of range.</exception>
    public int CropPadding
    {
        get;
        init => field = Require.Between(value, 0, 64, nameof(CropPadding));
    }

    = 4;

    /// <summary>Whether half of the images, drawn at random, are mirrored left to right. The default is true; turn it off where left and right differ in meaning.</summary>
    public bool HorizontalFlip { get; init; } = true;

    /// <summary>Draws and applies the changes to a batch [B, S, S, channels], uint8, on the CPU.</summary>
    internal Tensor Apply(Tensor pixels, Generator random)
    {
        using var scope = NewDisposeScope();
        var n = pixels.shape[0];
        var offsets = randint(0, (2 * CropPadding) + 1, [2, n], ScalarType.Int64, generator: random);
        var flips = HorizontalFlip ? randint(0, 2, [n], ScalarType.Int64, generator: random) : zeros(n, int64);
        return CropPadding == 0 && !HorizontalFlip ? pixels : CropAndFlip(pixels, CropPadding, offsets[0], offsets[1], flips).MoveToOuterDisposeScope();
    }

    /// <summary>Pads each image, takes the window at (top, left), and mirrors it where flip is 1.</summary>
    /// <remarks>Plain copies of rows of pixels: eight times as fast as tensor operations, which would gather every value by its index.</remarks>
    internal static Tensor CropAndFlip(Tensor pixels, int padding, Tensor tops, Tensor lefts, Tensor flips)
    {
        var (size, channels) = ((int)pixels.shape[1], (int)pixels.shape[3]);
        var changed = zeros_like(pixels);
        var source = pixels.bytes;
        var target = changed.bytes;
        var (top, left, flip) = (tops.data<long>().ToArray(), lefts.data<long>().ToArray(), flips.data<long>().ToArray());
        for (var image = 0; image < top.Length; image++)
        {
            var (down, right) = ((int)top[image] - padding, (int)left[image] - padding); // of the window in the image
            var kept = size - Math.Abs(right); // columns that are not padding
            for (var row = Math.Max(0, -down); kept > 0 && row < Math.Min(size, size - down); row++)
            {
                var from = source.Slice(RowStart(row + down) + (Math.Max(0, right) * channels), kept * channels);
                var to = target.Slice(RowStart(row), size * channels);
                from.CopyTo(to[(Math.Max(0, -right) * channels)..]);
                if (flip[image] == 1)
                {
                    Mirror(to, channels);
                }
            }

            int RowStart(int row) => ((image * size) + row) * size * channels;
        }

        return changed;
    }

    private static void Mirror(Span<byte> row, int channels)
    {
        row.Reverse();
        for (var red = 0; channels == 3 && red < row.Length - 2; red += 3)
        {
            (row[red], row[red + 2]) = (row[red + 2], row[red]); // red is first again
        }
    }
}
