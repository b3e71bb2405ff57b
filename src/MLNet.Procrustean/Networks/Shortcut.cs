using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNet.Procrustean.Networks;

/// <summary>The path around a residual block, where it must change shape.</summary>
internal static class Shortcut
{
    /// <summary>The module for a change of shape; null where the shape stays, so that the input itself is added.</summary>
    public static Module<Tensor, Tensor>? For(int input, int output, int stride, ShortcutOption option, Device? device)
    {
        if (input == output && stride == 1)
        {
            return null;
        }

        if (option == ShortcutOption.A)
        {
            return new ZeroPaddedShortcut(output - input, stride);
        }

        Module<Tensor, Tensor> every =
            option == ShortcutOption.D && stride > 1
                ? AvgPool2d(stride, stride, ceil_mode: true, count_include_pad: false)
                : new EveryPixel(stride);
        var projection = new Convolution(input, output, 1, device: device);
        return Sequential(("every", every), ("0", projection), ("1", new BatchNormalisation(projection)));
    }
}

/// <summary>Every stride-th pixel of each row and column.</summary>
/// <remarks>
/// Before a 1×1 convolution it is the same as that convolution's stride. The convolution's own stride is not used: with 1,024 outputs or
/// more and channels-last features, the CPU library behind it divides by zero on some processors, which ends the process. The slice is
/// taken from a view with the channels last, as the features lie in memory: its gradient takes the layout of that view, and another layout
/// than the features' own slows the backward pass by a fifth.
/// </remarks>
internal sealed class EveryPixel(int stride) : Module<Tensor, Tensor>(nameof(EveryPixel))
{
    public override Tensor forward(Tensor x)
    {
        var every = TensorIndex.Slice(step: stride);
        return x.permute(0, 2, 3, 1)[.., every, every].permute(0, 3, 1, 2);
    }
}

/// <summary>Option A: every stride-th pixel, with half of the missing channels added as zeros on either side.</summary>
internal sealed class ZeroPaddedShortcut(int missing, int stride) : Module<Tensor, Tensor>(nameof(ZeroPaddedShortcut))
{
    public override Tensor forward(Tensor x)
    {
        var every = TensorIndex.Slice(step: stride);
        return functional.pad(x.permute(0, 2, 3, 1)[.., every, every], [missing / 2, missing - (missing / 2)]).permute(0, 3, 1, 2);
    }
}

/// <summary>The mean over all pixels, in single precision: [B, F, H, W] → [B, F].</summary>
internal sealed class GlobalAveragePool() : Module<Tensor, Tensor>(nameof(GlobalAveragePool))
{
    public override Tensor forward(Tensor x) => x.mean([2, 3], type: ScalarType.Float32);
}
