using static TorchSharp.torch;

namespace MLNet.Procrustean.Images;

/// <summary>Decoded images in memory.</summary>
/// <param name="pixels">[N, S, S, channels], uint8, on the CPU; disposed with this.</param>
internal sealed class PixelsInMemory(Tensor pixels) : PixelRows
{
    public override long Count { get; } = pixels.shape[0];

    public override Tensor Rows(Tensor rows) => pixels.index_select(0, rows);

    public override Tensor Narrow(long start, long count) => pixels.narrow(0, start, count);

    public override Tensor ChannelSums()
    {
        var channels = (int)pixels.shape[3];
        var sums = new double[Count * 2 * channels];
        for (var row = 0; row < Count; row++)
        {
            using var image = Narrow(row, 1);
            Images.ChannelSums.Of(image.bytes, sums.AsSpan(row * 2 * channels, 2 * channels));
        }

        return tensor(sums, [Count, 2, channels]);
    }

    public override void Dispose()
    {
        if (!pixels.IsInvalid)
        {
            pixels.Dispose();
        }
    }
}
