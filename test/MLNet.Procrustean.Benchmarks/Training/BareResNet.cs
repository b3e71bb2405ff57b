using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNet.Procrustean.Benchmarks.Training;

/// <summary>The network of <see cref="MLNet.Procrustean.CifarResNet"/> at width 16, written with TorchSharp's own modules.</summary>
internal sealed class BareResNet : Module<Tensor, Tensor>
{
    private static readonly int[] Widths = [16, 32, 64];
    private readonly Conv2d convolution = Conv2d(3, 16, 3, padding: 1, bias: false);
    private readonly BatchNorm2d normalisation = BatchNorm2d(16);
    private readonly ModuleList<BareBlock> blocks = [];
    private readonly Linear classifier = Linear(64, 10);
    private readonly bool bfloat16;

    public BareResNet(int depth, bool bfloat16)
        : base(nameof(BareResNet))
    {
        this.bfloat16 = bfloat16;
        var perStage = (depth - 2) / 6;
        foreach (var (stage, width) in Widths.Index())
        {
            for (var block = 0; block < perStage; block++)
            {
                blocks.Add(block == 0 && stage > 0 ? new(width / 2, width, bfloat16) : new(width, width, bfloat16));
            }
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        var h = normalisation.call(convolution.In(images, bfloat16)).relu_();
        foreach (var block in blocks)
        {
            h = block.call(h);
        }

        return classifier.call(h.mean([2, 3]).to(float32));
    }
}

/// <summary>Two convolutions and their shortcut, which halves the resolution and pads the channels where the width doubles.</summary>
internal sealed class BareBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d first;
    private readonly BatchNorm2d firstNormalisation;
    private readonly Conv2d second;
    private readonly BatchNorm2d secondNormalisation;
    private readonly int padding;
    private readonly bool bfloat16;

    public BareBlock(int input, int output, bool bfloat16)
        : base(nameof(BareBlock))
    {
        this.bfloat16 = bfloat16;
        padding = (output - input) / 2;
        first = Conv2d(input, output, 3, stride: padding > 0 ? 2 : 1, padding: 1, bias: false);
        firstNormalisation = BatchNorm2d(output);
        second = Conv2d(output, output, 3, padding: 1, bias: false);
        secondNormalisation = BatchNorm2d(output);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = firstNormalisation.call(first.In(x, bfloat16)).relu_();
        h = secondNormalisation.call(second.In(h, bfloat16));
        return h.add_(padding > 0 ? Around(x) : x).relu_().MoveToOuterDisposeScope();
    }

    // Through a view with the channels last, as they lie in memory: the gradient of a slice takes the layout of what was sliced.
    private Tensor Around(Tensor x)
    {
        var every = TensorIndex.Slice(step: 2);
        return functional.pad(x.permute(0, 2, 3, 1)[.., every, every], [padding, padding]).permute(0, 3, 1, 2);
    }
}

/// <summary>Convolutions in less precision, with the weights kept in full.</summary>
internal static class BarePrecision
{
    public static Tensor In(this Conv2d convolution, Tensor x, bool bfloat16) =>
        bfloat16
            ? functional.conv2d(
                x.to(ScalarType.BFloat16),
                convolution.weight.to(ScalarType.BFloat16),
                strides: [.. convolution.stride],
                padding: [1, 1]
            )
            : convolution.call(x);
}
