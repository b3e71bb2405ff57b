using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>
/// A square convolution, without bias unless it has absorbed one or learns one, that gives features of the type of its input; its weight
/// stays in single precision.
/// </summary>
/// <remarks>
/// So a batch that is cast to bfloat16 stays in bfloat16 through the whole network, while the weights, and so their gradients, keep their
/// 24 bits. On a CPU, shapes that libtorch 2.10 gets wrong in bfloat16 are computed in single precision and then rounded. On processors
/// with AVX512-BF16 it gives wrong numbers, silently and up to as large as the right ones, unless the channels on both sides are 16 or
/// multiples of 32 (those of the input matter for its gradient only), and a 1×1 convolution of 1,024 channels or more ends the process.
/// Convolutions in groups, of which the depthwise ones have one channel each, are always computed in single precision there.
/// </remarks>
internal sealed class Convolution : nn.Module<Tensor, Tensor>
{
    private const string BiasName = "bias";
    private readonly bool soundForward;
    private readonly bool soundBackward;
    private readonly long[] strides;
    private readonly long[] padding;
    private readonly long groups;
    private bool hasAbsorbed;

    public Convolution(int input, int output, int kernel, int stride = 1, Device? device = null, int groups = 1, bool bias = false)
        : base(nameof(Convolution))
    {
        soundForward = groups == 1 && IsSound(output) && (kernel > 1 || Math.Max(input, output) < 1024);
        soundBackward = IsSound(input);
        Kernel = kernel;
        this.groups = groups;
        strides = [stride, stride];
        padding = [kernel / 2, kernel / 2];
        // drawn by WeightInitialisation
        register_parameter("weight", nn.Parameter(zeros(output, input / groups, kernel, kernel, device: device)));
        if (bias)
        {
            register_parameter(BiasName, nn.Parameter(zeros(output, device: device)));
        }
    }

    /// <summary>[out, in/groups, k, k]. Looked up each time, since moving the module to a GPU replaces it.</summary>
    public Parameter Weight => get_parameter("weight")!;

    public int Kernel { get; }

    /// <summary>How many weights each value of the input is multiplied by, apart from the border.</summary>
    public long FanOut => Weight.shape[0] / groups * Kernel * Kernel;

    /// <summary>Multiplies each output channel by a factor and then adds a shift to it, from now on.</summary>
    /// <param name="scale">[out].</param>
    /// <param name="shift">[out].</param>
    public void Absorb(Tensor scale, Tensor shift)
    {
        Weight.mul_(scale.reshape(-1, 1, 1, 1));
        register_buffer(BiasName, shift.clone().DetachFromDisposeScope());
        hasAbsorbed = true;
    }

    public override Tensor forward(Tensor x)
    {
        var type = x.device_type != DeviceType.CPU || (soundForward && (soundBackward || !x.requires_grad)) ? x.dtype : ScalarType.Float32;
        var bias = (hasAbsorbed ? get_buffer(BiasName)! : get_parameter(BiasName))?.to(type);
        return nn.functional.conv2d(x.to(type), Weight.to(type), bias, strides: strides, padding: padding, groups: groups).to(x.dtype);
    }

    private static bool IsSound(int channels) => channels == 16 || channels % 32 == 0;
}
