using MLNet.Procrustean.Networks;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>The small network of the MobileNetV3 experiments, for photos on devices with little memory and no GPU.</summary>
/// <remarks>
/// Howard, Sandler, Chu et al., "Searching for MobileNetV3" (arXiv 1905.02244), table 2: inverted residual blocks of depthwise convolutions
/// with squeeze-and-excitation, in four stages by resolution, and a layer of 1,024 features after the pooling; without dropout. It has
/// 2,542,856 parameters for 1,000 classes: a fifth of those of <see cref="ResNet"/> of depth 18, and a thirtieth of its multiplications.
/// </remarks>
public sealed record MobileNetV3 : Backbone
{
    internal const int Features = 1024;

    internal const string OnlyName = "mobilenet-v3-small";

    internal static readonly InvertedResidualShape[][] Blocks =
    [
        [new(16, 3, 16, 16, true, false, Stride: 2)],
        [new(16, 3, 72, 24, false, false, Stride: 2), new(24, 3, 88, 24, false, false)],
        [
            new(24, 5, 96, 40, true, true, Stride: 2),
            new(40, 5, 240, 40, true, true),
            new(40, 5, 240, 40, true, true),
            new(40, 5, 120, 48, true, true),
            new(48, 5, 144, 48, true, true),
        ],
        [new(48, 5, 288, 96, true, true, Stride: 2), new(96, 5, 576, 96, true, true), new(96, 5, 576, 96, true, true)],
    ];

    /// <inheritdoc/>
    public override string Name => OnlyName;

    /// <inheritdoc/>
    public override int SmallestImage => 32;

    /// <inheritdoc/>
    public override int LargestImage => 1024;

    /// <inheritdoc/>
    public override int ResidualStages => Blocks.Length;

    internal override bool SuitsWhitening => false; // a filter and its negative keep everything after a rectifier, not after a hard swish

    private protected override StagedNetwork Assemble(int channels, int classes, ClassifierHead head, Device device)
    {
        var first = new Convolution(channels, Blocks[0][0].Input, 3, stride: 2, device);
        return new(
            new Stem(first, InvertedResidual.Normalisation(first), HardSwish),
            [.. Blocks.Select((_, stage) => Stage(stage, device))],
            nn.Sequential(
                ("average", new GlobalAveragePool()),
                ("linear", new FullyConnected(Widest, Features, device)),
                ("activation", nn.Hardswish())
            ),
            Head.Of(head, Features, classes, device)
        );
    }

    internal static int Widest => Blocks[^1][^1].Expanded;

    // After the last block comes the convolution to the features that are pooled.
    private static TorchSharp.Modules.Sequential Stage(int stage, Device device)
    {
        var blocks = Blocks[stage].Select((shape, i) => ($"{i}", (nn.Module<Tensor, Tensor>)new InvertedResidual(shape, device)));
        return nn.Sequential([.. stage == Blocks.Length - 1 ? blocks.Append(("last", Last(device))) : blocks]);
    }

    private static nn.Module<Tensor, Tensor> Last(Device device) =>
        InvertedResidual.Layer(new(Blocks[^1][^1].Output, Widest, 1, device: device), HardSwish);

    private static Tensor HardSwish(Tensor x) => x.hardswish();
}
