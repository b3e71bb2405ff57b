using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNet.Procrustean.Networks;

/// <summary>
/// The part that takes the image: a convolution with batch normalisation and rectifier and, for large images, max pooling.
/// </summary>
internal sealed class Stem : Module<Tensor, Tensor>
{
    private readonly Convolution conv1;
    private readonly BatchNormalisation bn1;
    private readonly Module<Tensor, Tensor>? maxpool;

    public Stem(Convolution convolution, Module<Tensor, Tensor>? pooling = null)
        : base(nameof(Stem))
    {
        conv1 = convolution;
        bn1 = new BatchNormalisation(convolution);
        maxpool = pooling;
        RegisterComponents();
    }

    public Convolution Convolution => conv1;

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = bn1.call(conv1.call(x)).relu_();
        return (maxpool?.call(h) ?? h).MoveToOuterDisposeScope();
    }
}
