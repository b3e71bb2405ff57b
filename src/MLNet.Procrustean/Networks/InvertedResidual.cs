using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNet.Procrustean.Networks;

/// <summary>A row of a table of inverted residual blocks.</summary>
/// <param name="Input">The channels of the input.</param>
/// <param name="Kernel">The side of the depthwise convolution.</param>
/// <param name="Expanded">The channels of the depthwise convolution; as many as those of the input need no expansion.</param>
/// <param name="Output">The channels of the output.</param>
/// <param name="Squeezes">Whether channels are weighted by squeeze-and-excitation.</param>
/// <param name="IsHardSwish">Whether the activation is the hard swish, and not the rectifier.</param>
/// <param name="Stride">Of the depthwise convolution.</param>
internal sealed record InvertedResidualShape(
    int Input,
    int Kernel,
    int Expanded,
    int Output,
    bool Squeezes,
    bool IsHardSwish,
    int Stride = 1
)
{
    public bool Expands => Expanded != Input;

    /// <summary>A quarter of the expanded channels, to the nearest multiple of 8, and at least 8.</summary>
    public int Squeezed => Math.Max(8, ((Expanded / 4) + 4) / 8 * 8);
}

/// <summary>
/// A 1×1 convolution to more channels, a depthwise convolution and a 1×1 convolution to few channels without activation, added to the
/// input where its shape stays.
/// </summary>
/// <remarks>
/// Sandler, Howard, Zhu, Zhmoginov, Chen, "MobileNetV2" (arXiv 1801.04381), with squeeze-and-excitation after the depthwise convolution as
/// in MobileNetV3 (arXiv 1905.02244).
/// </remarks>
internal sealed class InvertedResidual : Module<Tensor, Tensor>
{
    /// <summary>ε of its normalisations: that of the authors' training.</summary>
    public const double Epsilon = 0.001;

    private readonly NormalisedConvolution? expand;
    private readonly NormalisedConvolution depthwise;
    private readonly SqueezeExcitation? squeeze;
    private readonly NormalisedConvolution project;
    private readonly bool isAdded;

    public InvertedResidual(InvertedResidualShape shape, Device? device = null)
        : base(nameof(InvertedResidual))
    {
        var (input, kernel, expanded, output, squeezes, isHardSwish, stride) = shape;
        Func<Tensor, Tensor> activation = isHardSwish ? static x => x.hardswish() : static x => x.relu_();
        expand = shape.Expands ? Layer(new(input, expanded, 1, device: device), activation) : null;
        depthwise = Layer(new(expanded, expanded, kernel, stride, device, groups: expanded), activation);
        squeeze = squeezes ? new SqueezeExcitation(expanded, shape.Squeezed, device) : null;
        project = Layer(new(expanded, output, 1, device: device), null);
        isAdded = stride == 1 && input == output;
        RegisterComponents();
    }

    /// <summary>A convolution with the normalisation of MobileNetV3.</summary>
    public static NormalisedConvolution Layer(Convolution convolution, Func<Tensor, Tensor>? activation) =>
        new(convolution, Normalisation(convolution), activation);

    /// <summary>The normalisation of MobileNetV3, with the ε of its authors' training.</summary>
    /// <remarks>
    /// Not with their momentum of 0.01, which is for trainings of millions of steps: after the first hundred, the running statistics would
    /// still be those from before the training.
    /// </remarks>
    public static BatchNormalisation Normalisation(Convolution convolution) => new(convolution, Epsilon);

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = depthwise.call(expand?.call(x) ?? x);
        h = project.call(squeeze?.call(h) ?? h);
        return (isAdded ? h.PlusInPlace(x) : h).MoveToOuterDisposeScope();
    }
}
