using static TorchSharp.torch;

namespace MLNet.Procrustean.Images;

/// <summary>Decoded images and their classes, in memory once.</summary>
/// <param name="Pixels">[N, S, S, channels], uint8: a batch of rows is a channels-last tensor without a copy.</param>
/// <param name="Labels">[N], int64, from 0.</param>
internal sealed record LabelledImages(Tensor Pixels, Tensor Labels) : IDisposable
{
    public long Count => Labels.shape[0];

    /// <summary>The number of images of each class.</summary>
    public long[] CountsOf(int classes)
    {
        using var counts = Labels.bincount(null, classes);
        return counts.data<long>().ToArray();
    }

    /// <summary>Some of the images, in the order given.</summary>
    public LabelledImages Rows(IEnumerable<long> rows)
    {
        using var scope = NewDisposeScope();
        var indices = tensor(rows.ToArray());
        return new(Pixels.index_select(0, indices).DetachFromDisposeScope(), Labels.index_select(0, indices).DetachFromDisposeScope());
    }

    public void Dispose()
    {
        Pixels.Dispose();
        Labels.Dispose();
    }
}
