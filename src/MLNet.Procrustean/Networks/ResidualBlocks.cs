using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNet.Procrustean.Networks;

/// <summary>
/// How a residual block's shortcut changes shape: A subsamples and pads with zero channels, B subsamples and projects by a 1×1 convolution
/// (arXiv 1512.03385, section 3.3), and D averages in place of subsampling and projects (arXiv 1812.01187, section 4.2).
/// </summary>
internal enum ShortcutOption
{
    A,
    B,
    D,
}

/// <summary>Two 3×3 convolutions with batch normalisation, added to the shortcut.</summary>
internal sealed class BasicBlock : Module<Tensor, Tensor>
{
    private readonly Convolution conv1;
    private readonly BatchNormalisation bn1;
    private readonly Convolution conv2;
    private readonly BatchNormalisation bn2;
    private readonly Module<Tensor, Tensor>? downsample;

    public BasicBlock(int input, int output, int stride, ShortcutOption option, Device? device = null)
        : base(nameof(BasicBlock))
    {
        conv1 = new Convolution(input, output, 3, stride, device: device);
        bn1 = new BatchNormalisation(conv1);
        conv2 = new Convolution(output, output, 3, device: device);
        bn2 = new BatchNormalisation(conv2);
        downsample = Shortcut.For(input, output, stride, option, device);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = bn1.call(conv1.call(x)).relu_();
        h = bn2.call(conv2.call(h));
        return h.PlusInPlace(downsample?.call(x) ?? x).relu_().MoveToOuterDisposeScope();
    }
}

/// <summary>
/// A 1×1, a 3×3 and a 1×1 convolution with batch normalisation, added to the shortcut; the output has four times the inner channels.
/// </summary>
internal sealed class Bottleneck : Module<Tensor, Tensor>
{
    public const int Expansion = 4;
    private readonly Convolution conv1;
    private readonly BatchNormalisation bn1;
    private readonly Convolution conv2;
    private readonly BatchNormalisation bn2;
    private readonly Convolution conv3;
    private readonly BatchNormalisation bn3;
    private readonly Module<Tensor, Tensor>? downsample;

    public Bottleneck(int input, int inner, int stride, ShortcutOption option, Device? device = null)
        : base(nameof(Bottleneck))
    {
        conv1 = new Convolution(input, inner, 1, device: device);
        bn1 = new BatchNormalisation(conv1);
        conv2 = new Convolution(inner, inner, 3, stride, device: device);
        bn2 = new BatchNormalisation(conv2);
        conv3 = new Convolution(inner, Expansion * inner, 1, device: device);
        bn3 = new BatchNormalisation(conv3);
        downsample = Shortcut.For(input, Expansion * inner, stride, option, device);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = bn1.call(conv1.call(x)).relu_();
        h = bn2.call(conv2.call(h)).relu_();
        h = bn3.call(conv3.call(h));
        return h.PlusInPlace(downsample?.call(x) ?? x).relu_().MoveToOuterDisposeScope();
    }
}
