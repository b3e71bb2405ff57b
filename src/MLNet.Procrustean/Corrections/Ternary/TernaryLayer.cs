using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Corrections.Ternary;

/// <summary>The weight of one layer, w = a_c · t with t of −1, 0 and 1, and a_c of each output channel c.</summary>
internal sealed class TernaryLayer : IDisposable
{
    private const double Threshold = 0.7; // of the mean size: smaller weights become 0
    private readonly Tensor weight;
    private readonly Tensor memory; // of the weight itself, [N · K]; the channels of its input may be innermost there
    private readonly long[] shape;
    private readonly long[] strides;

    /// <summary>Quantises a weight, from now on: the tensor then has a · t.</summary>
    /// <param name="weight">[N, ...] of the network.</param>
    public TernaryLayer(Tensor weight)
    {
        (this.weight, shape, strides) = (weight, weight.shape, weight.stride());
        memory = weight.as_strided([weight.numel()], [1]).DetachFromDisposeScope();
        PerChannel = (int)(weight.numel() / shape[0]);
        using var scope = NewDisposeScope();
        (Values, Scales) = Quantise(weight.cpu().contiguous().data<float>().ToArray(), PerChannel);
        Restore(Values);
    }

    /// <summary>t, [N · K], in the order of the shape.</summary>
    public sbyte[] Values { get; }

    /// <summary>a, [N]; 0 where all of the channel is 0.</summary>
    public float[] Scales { get; }

    /// <summary>K, the weights of an output channel.</summary>
    public int PerChannel { get; }

    /// <summary>t and a of weights.</summary>
    /// <remarks>
    /// Within each output channel of weights w_1 … w_K: t_i = sign(w_i) where |w_i| > 0.7 · mean |w|, else 0; a is the mean |w_i| of those
    /// that are not 0.
    /// </remarks>
    /// <param name="weights">[N · K].</param>
    /// <param name="perChannel">K.</param>
    public static (sbyte[] Values, float[] Scales) Quantise(float[] weights, int perChannel)
    {
        var (values, scales) = (new sbyte[weights.Length], new float[weights.Length / perChannel]);
        for (var channel = 0; channel < scales.Length; channel++)
        {
            var ofChannel = new ArraySegment<float>(weights, channel * perChannel, perChannel);
            var smallest = Threshold * ofChannel.Average(weight => Math.Abs((double)weight));
            scales[channel] = (float)
                ofChannel.Select(weight => Math.Abs((double)weight)).Where(size => size > smallest).DefaultIfEmpty().Average();
            for (var i = 0; i < perChannel; i++)
            {
                values[(channel * perChannel) + i] = (sbyte)(Math.Abs(ofChannel[i]) > smallest ? Math.Sign(ofChannel[i]) : 0);
            }
        }

        return (values, scales);
    }

    /// <summary>a of the channel of a weight.</summary>
    public float ScaleOf(int index) => Scales[index / PerChannel];

    /// <summary>Gives one weight another value, also in the network.</summary>
    public void Set(int index, sbyte value)
    {
        Values[index] = value;
        using var number = (value * ScaleOf(index)).ToScalar();
        using var place = memory.narrow(0, PlaceOf(index), 1);
        place.fill_(number).Dispose();
    }

    /// <summary>Gives all weights the values, also in the network.</summary>
    public void Restore(sbyte[] values)
    {
        values.CopyTo(Values, 0);
        using var scope = NewDisposeScope();
        // + 0: a product with a negative number is not to be −0
        weight.copy_(tensor(values.Select((value, index) => (value * ScaleOf(index)) + 0f).ToArray()).reshape(shape));
    }

    public void Dispose() => memory.Dispose();

    private long PlaceOf(long index)
    {
        var place = 0L;
        for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            place += index % shape[dimension] * strides[dimension];
            index /= shape[dimension];
        }

        return place;
    }
}
