using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch.nn;

namespace MLNet.Procrustean;

/// <summary>The residual network of the CIFAR experiments, for small images: three stages of basic blocks with 16, 32 and 64 channels.</summary>
/// <remarks>
/// He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition" (arXiv 1512.03385), section 4.2: a 3×3 convolution, three stages of
/// (depth − 2)/6 basic blocks, the second and third at half the resolution of the one before, with shortcuts of option A (stride and zero
/// padding, no weights), global average pooling and a linear classifier. Depth 32 at width 16 has 464,154 parameters for 10 classes.
/// </remarks>
public sealed record CifarResNet : Backbone
{
    internal static readonly int[] Depths = [8, 14, 20, 32, 44, 56];

    /// <summary>The number of layers with weights: 8, 14, 20, 32, 44 or 56. The default is 20.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The depth is none of these.</exception>
    public int Depth
    {
        get;
        init => field = Require.OneOf(value, Depths, nameof(Depth));
    } = 20;

    /// <summary>The number of channels of the first stage, even and from 4 to 256; the second has twice, the third four times as many. The default is 16.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The width is odd or out of range.</exception>
    public int Width
    {
        get;
        init => field = Require.Even(Require.Between(value, 4, 256, nameof(Width)), nameof(Width));
    } = 16;

    /// <inheritdoc/>
    public override string Name => $"cifar-resnet-{Depth}-w{Width}";

    /// <inheritdoc/>
    public override int SmallestImage => 16;

    /// <inheritdoc/>
    public override int LargestImage => 128;

    /// <inheritdoc/>
    public override int ResidualStages => 3;

    internal override bool SuitsWhitening => Width is >= 16 and <= 54; // pairs of the 27 directions of 3 × 3 pixels

    internal override long CountWeights(int channels, int classes)
    {
        var (w, n) = ((long)Width, (Depth - 2) / 6); // n blocks of two convolutions in each stage
        var convolutions = 9 * w * (channels + (2 * n * w) + (2 * w) + ((2 * n - 1) * 4 * w) + (8 * w) + ((2 * n - 1) * 16 * w));
        var normalisations = 2 * w * (1 + (2 * n * (1 + 2 + 4)));
        return convolutions + normalisations + (((4 * w) + 1) * classes);
    }

    private protected override StagedNetwork Assemble(int channels, int classes, ClassifierHead head) =>
        new(
            (
                "stem",
                Sequential(
                    ("conv1", new Convolution(channels, Width, 3)),
                    ("bn1", new BatchNormalisation(Width)),
                    ("relu", ReLU(inplace: true))
                )
            ),
            ("layer1", Stage(Width, Width, stride: 1)),
            ("layer2", Stage(Width, 2 * Width, stride: 2)),
            ("layer3", Stage(2 * Width, 4 * Width, stride: 2)),
            ("pool", new GlobalAveragePool()),
            ("fc", Classifier(head, 4 * Width, classes))
        );

    private TorchSharp.Modules.Sequential Stage(int input, int output, int stride)
    {
        var blocks = (Depth - 2) / 6;
        return Sequential(
            Enumerable
                .Range(0, blocks)
                .Select(i =>
                    (
                        $"{i}",
                        (Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>)
                            new BasicBlock(i == 0 ? input : output, output, i == 0 ? stride : 1, ShortcutOption.A)
                    )
                )
                .ToArray()
        );
    }
}
