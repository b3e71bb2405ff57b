using static TorchSharp.torch;

namespace MLNet.Procrustean.Images;

/// <summary>A selection of other images, without a copy of them.</summary>
/// <param name="all">The images to select from; disposing this disposes them, also for others that share them.</param>
/// <param name="chosen">The numbers of the selected images, int64 [N]; disposed with this.</param>
internal sealed class SelectedPixels(PixelRows all, Tensor chosen) : PixelRows
{
    public override long Count { get; } = chosen.shape[0];

    public override Tensor Rows(Tensor rows)
    {
        using var numbers = chosen.index_select(0, rows);
        return all.Rows(numbers);
    }

    public override Tensor Narrow(long start, long count)
    {
        using var numbers = chosen.narrow(0, start, count);
        return all.Rows(numbers);
    }

    public override Tensor ChannelSums()
    {
        using var sums = all.ChannelSums();
        return sums.index_select(0, chosen);
    }

    public override void Dispose()
    {
        chosen.Dispose();
        all.Dispose();
    }
}
