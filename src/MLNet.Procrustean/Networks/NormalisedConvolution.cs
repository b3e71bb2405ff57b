using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNet.Procrustean.Networks;

/// <summary>A convolution, its batch normalisation and, perhaps, an activation.</summary>
internal sealed class NormalisedConvolution : Module<Tensor, Tensor>
{
    private readonly Convolution conv;
    private readonly BatchNormalisation bn;
    private readonly Func<Tensor, Tensor>? activation;

    /// <param name="convolution">The convolution.</param>
    /// <param name="normalisation">The normalisation of its output.</param>
    /// <param name="activation">It may change its input in place. Null where the output is a linear map of the input.</param>
    public NormalisedConvolution(Convolution convolution, BatchNormalisation normalisation, Func<Tensor, Tensor>? activation)
        : base(nameof(NormalisedConvolution))
    {
        conv = convolution;
        bn = normalisation;
        this.activation = activation;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = bn.call(conv.call(x));
        return (activation?.Invoke(h) ?? h).MoveToOuterDisposeScope();
    }
}
