using static TorchSharp.torch;

namespace MLNet.Procrustean.Images;

/// <summary>Decoded images in memory, or in the memory of a GPU.</summary>
/// <param name="pixels">[N, S, S, channels], uint8; disposed with this.</param>
internal sealed class PixelsInMemory(Tensor pixels) : PixelRows
{
    private const int ImagesAtOnce = 64;

    public override long Count { get; } = pixels.shape[0];

    public override Tensor Rows(Tensor rows) => pixels.index_select(0, rows);

    public override Tensor Narrow(long start, long count) => pixels.narrow(0, start, count);

    public override Tensor ChannelSums()
    {
        var channels = (int)pixels.shape[3];
        var sums = new double[Count * 2 * channels];
        Parallel.For(0, (int)((Count + ImagesAtOnce - 1) / ImagesAtOnce), part =>
        {
            var start = (long)part * ImagesAtOnce;
            using var images = Narrow(start, Math.Min(ImagesAtOnce, Count - start));
            var bytes = images.bytes;
            var ofOne = bytes.Length / (int)images.shape[0];
            for (var i = 0; i < images.shape[0]; i++)
            {
                Decoding.ChannelSums.Of(bytes.Slice(i * ofOne, ofOne), sums.AsSpan((int)(start + i) * 2 * channels, 2 * channels));
            }
        });
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
