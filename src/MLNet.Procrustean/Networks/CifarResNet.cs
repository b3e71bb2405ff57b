using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>
/// The residual network of the CIFAR experiments, for small images: three stages of basic blocks with 16, 32 and 64 channels.
/// </summary>
/// <remarks>
/// He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition" (arXiv 1512.03385), section 4.2: a 3×3 convolution, three stages of
/// (depth − 2)/6 basic blocks, the second and third at half the resolution of the one before, with shortcuts of option A (stride and zero
/// padding, no weights), global average pooling and a linear classifier. Depth 32 at width 16 has 464,154 parameters for 10 classes.
/// </remarks>
public sealed record CifarResNet : Backbone
{
    internal static readonly int[] Depths = [8, 14, 20, 32, 44, 56];

    /// <summary>The number of layers with weights: 8, 14, 20, 32, 44 or 56. The default is 20.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The depth is not one of these.</exception>
    public int Depth
    {
        get;
        init => field = Require.OneOf(value, Depths, nameof(Depth));
    } = 20;

    /// <summary>
    /// The number of channels of the first stage, even and from 4 to 256; the second has twice, the third four times as many. The default
    /// is 16.
    /// </summary>
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

    internal int BlocksOfStage => (Depth - 2) / 6;

    internal override bool SuitsWhitening => Width is >= 16 and <= 54; // pairs of the 27 directions of 3 × 3 pixels

    private protected override StagedNetwork Assemble(int channels, int classes, ClassifierHead head, Device device)
    {
        int[] widths = [Width, 2 * Width, 4 * Width];
        return new(
            new Stem(new Convolution(channels, Width, 3, device: device)),
            [.. widths.Select((width, stage) => Stage(stage == 0 ? Width : widths[stage - 1], width, stage == 0 ? 1 : 2, device))],
            new GlobalAveragePool(),
            Head.Of(head, widths[^1], classes, device)
        );
    }

    private TorchSharp.Modules.Sequential Stage(int input, int output, int stride, Device device) =>
        nn.Sequential([
            .. Enumerable
                .Range(0, BlocksOfStage)
                .Select(i => ($"{i}", i == 0 ? Block(input, output, stride, device) : Block(output, output, 1, device))),
        ]);

    private static nn.Module<Tensor, Tensor> Block(int input, int output, int stride, Device device) =>
        new BasicBlock(input, output, stride, ShortcutOption.A, device);
}
