using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNet.Procrustean.Networks;

/// <summary>
/// The part that takes the image: a convolution with activation and, in all networks but the simplest, batch normalisation before it; for
/// large images further layers such as max pooling.
/// </summary>
internal sealed class Stem : Module<Tensor, Tensor>
{
    private readonly Convolution conv1;
    private readonly BatchNormalisation? bn1;
    private readonly Func<Tensor, Tensor> activation;
    private readonly Module<Tensor, Tensor>? rest;

    /// <summary>With a rectifier.</summary>
    public Stem(Convolution convolution, Module<Tensor, Tensor>? rest = null)
        : this(convolution, new BatchNormalisation(convolution), static x => x.relu_(), rest) { }

    public Stem(
        Convolution convolution,
        BatchNormalisation? normalisation,
        Func<Tensor, Tensor> activation,
        Module<Tensor, Tensor>? rest = null
    )
        : base(nameof(Stem))
    {
        conv1 = convolution;
        bn1 = normalisation;
        this.activation = activation;
        this.rest = rest;
        RegisterComponents();
    }

    public Convolution Convolution => conv1;

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = conv1.call(x);
        h = activation(bn1?.call(h) ?? h);
        return (rest?.call(h) ?? h).MoveToOuterDisposeScope();
    }
}
