using MLNet.Procrustean.Interop;
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

    /// <summary>Draws and applies the changes to a batch [B, S, S, channels], uint8.</summary>
    internal Tensor Apply(Tensor pixels, Generator random)
    {
        var n = pixels.shape[0];
        var device = pixels.device;
        var offsets = randint(0, (2 * CropPadding) + 1, [2, n], ScalarType.Int64, generator: random).to(device);
        var flips = (HorizontalFlip ? randint(0, 2, [n], ScalarType.Int64, generator: random) : zeros(n, int64)).to(device);
        return CropPadding == 0 && !HorizontalFlip ? pixels : CropAndFlip(pixels, CropPadding, offsets[0], offsets[1], flips);
    }

    /// <summary>Pads each image, takes the window at (top, left), and mirrors it where flip is 1; one gather for the whole batch.</summary>
    internal static Tensor CropAndFlip(Tensor pixels, int padding, Tensor tops, Tensor lefts, Tensor flips)
    {
        var (n, size, device) = (pixels.shape[0], pixels.shape[1], pixels.device);
        var padded = padding == 0 ? pixels : nn.functional.pad(pixels, [0, 0, padding, padding, padding, padding]); // [B, S+2p, S+2p, channels]
        var steps = Counting(size, device).unsqueeze(0); // [1, S]
        var rows = tops.unsqueeze(1).Plus(steps); // [B, S]
        var columns = lefts.unsqueeze(1).Plus(where(flips.unsqueeze(1).to(ScalarType.Bool), steps.flip(1), steps)); // [B, S]
        var images = Counting(n, device).reshape(n, 1, 1);
        return padded.index(TensorIndex.Tensor(images), TensorIndex.Tensor(rows.unsqueeze(2)), TensorIndex.Tensor(columns.unsqueeze(1)));
    }

    // arange takes its numbers in the way that KeptNumbers is there to avoid.
    private static Tensor Counting(long count, Device device) => tensor(Enumerable.Range(0, (int)count).Select(i => (long)i).ToArray(), device: device);
}
