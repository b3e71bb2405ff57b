using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNet.Procrustean.Networks;

/// <summary>A convolution with a bias and its activation, without batch normalisation.</summary>
internal sealed class BiasedConvolution : Module<Tensor, Tensor>
{
    private readonly Convolution conv;
    private readonly Func<Tensor, Tensor> activation;

    /// <param name="convolution">A convolution with a bias.</param>
    /// <param name="activation">It may change its input in place.</param>
    public BiasedConvolution(Convolution convolution, Func<Tensor, Tensor> activation)
        : base(nameof(BiasedConvolution))
    {
        conv = convolution;
        this.activation = activation;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return activation(conv.call(x)).MoveToOuterDisposeScope();
    }
}
