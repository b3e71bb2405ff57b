using static TorchSharp.torch;

namespace MLNet.Procrustean.Images;

/// <summary>Decoded images and their classes.</summary>
/// <param name="Pixels">Of N images, in memory, in a file or on a GPU.</param>
/// <param name="Labels">[N], int64, from 0.</param>
internal sealed record LabelledImages(PixelRows Pixels, Tensor Labels) : IDisposable
{
    /// <summary>Images in memory: uint8 [N, S, S, channels], and their labels.</summary>
    public LabelledImages(Tensor pixels, Tensor labels)
        : this(new PixelsInMemory(pixels), labels) { }

    public long Count => Labels.shape[0];

    /// <summary>The number of images of each class.</summary>
    public long[] CountsOf(int classes)
    {
        using var counts = Labels.bincount(null, classes);
        return counts.data<long>().ToArray();
    }

    /// <summary>Some of the images, in the order given. The pixels are shared, not copied: disposing one disposes them for all.</summary>
    public LabelledImages Part(IEnumerable<long> rows)
    {
        using var scope = NewDisposeScope();
        var chosen = tensor(rows.ToArray());
        var labels = Labels.index_select(0, chosen);
        return new(new SelectedPixels(Pixels, chosen.DetachFromDisposeScope()), labels.DetachFromDisposeScope());
    }

    public void Dispose()
    {
        Pixels.Dispose();
        Labels.Dispose();
    }
}
