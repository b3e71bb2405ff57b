using static TorchSharp.torch;

namespace MLNet.Procrustean.Images;

/// <summary>Consecutive images of a mini-batch: what is random is drawn for the whole batch, and a part takes its share.</summary>
/// <param name="Start">The place of the first one, from 0.</param>
/// <param name="Count">How many.</param>
/// <param name="Whole">The images of the batch.</param>
internal readonly record struct BatchPart(long Start, long Count, long Whole)
{
    public bool IsWhole => Count == Whole;

    /// <summary>The share of the batch's images, above 0, to 1: the weight of the part's mean loss in the batch's.</summary>
    public double Share => (double)Count / Whole;

    /// <summary>The whole batch as its only part.</summary>
    public static BatchPart All(long images) => new(0, images, images);

    /// <summary>A batch in parts whose sizes differ by one image at most, the larger ones first.</summary>
    public static BatchPart[] Split(long images, int parts)
    {
        var (size, larger) = (images / parts, images % parts);
        return
        [
            .. Enumerable
                .Range(0, parts)
                .Select(part => new BatchPart((part * size) + Math.Min(part, larger), size + (part < larger ? 1 : 0), images)),
        ];
    }

    /// <summary>Its share of what there is for each image along a dimension, by default the first.</summary>
    public Tensor Of(Tensor values, int dimension = 0) => values.narrow(dimension, Start, Count);

    /// <summary>Its share of what there is for each image.</summary>
    public T[] Of<T>(T[] values) => values[(int)Start..(int)(Start + Count)];
}
