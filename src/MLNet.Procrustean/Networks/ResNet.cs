using System.Text;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>The residual network of the ImageNet experiments, for photos: a 7×7 stem and four stages of 64 to 512 channels.</summary>
/// <remarks>
/// He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition" (arXiv 1512.03385), table 1, with the stride of a bottleneck on its
/// 3×3 convolution, as is usual today. Depths 18, 34 and 50 have 11,689,512, 21,797,672 and 25,557,032 parameters for 1,000 classes.
/// </remarks>
public sealed record ResNet : Backbone
{
    internal const int MostBlocks = 50;
    internal static readonly int[] Depths = [18, 34, 50];

    /// <summary>The number of layers with weights: 18, 34 (basic blocks) or 50 (bottlenecks). The default is 18.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The depth is not one of these.</exception>
    public int Depth
    {
        get;
        init => field = Require.OneOf(value, Depths, nameof(Depth));
    } = 18;

    /// <summary>
    /// The number of residual blocks in each of the four stages, from 1 to 50. The default, null, is what the depth says: 2, 2, 2 and 2 for
    /// depth 18, and 3, 4, 6 and 3 for depths 34 and 50.
    /// </summary>
    /// <remarks>
    /// Published weights may be of a network with other stages; the depth then says only whether the blocks are basic ones or bottlenecks.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A stage has fewer than 1 or more than 50 blocks.</exception>
    public (int First, int Second, int Third, int Fourth)? Blocks
    {
        get;
        init => field = value is { } blocks ? Checked(blocks) : null;
    }

    /// <summary>Details of the stem and of the shortcuts. The default is <see cref="ResNetVariant.B"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such variant.</exception>
    public ResNetVariant Variant
    {
        get;
        init => field = Require.Named(value);
    }

    /// <inheritdoc/>
    public override string Name =>
        $"resnet-{Depth}{(IsD ? "d" : "")}{(AllBlocks == BlocksOf(Depth) ? "" : $"-{string.Join('-', BlocksOfStages)}")}";

    /// <inheritdoc/>
    public override int SmallestImage => 32;

    /// <inheritdoc/>
    public override int LargestImage => 1024;

    /// <inheritdoc/>
    public override int ResidualStages => 4;

    internal override bool SuitsWhitening => true;

    internal bool IsD => Variant == ResNetVariant.D;

    internal bool HasBottlenecks => Depth == 50;

    internal int[] BlocksOfStages => Numbers(AllBlocks);

    private (int, int, int, int) AllBlocks => Blocks ?? BlocksOf(Depth);

    /// <summary>Whether both are the same network.</summary>
    /// <param name="other">The other backbone.</param>
    /// <returns>True also where one leaves out the blocks that the other states.</returns>
    public bool Equals(ResNet? other) => other is not null && Name == other.Name;

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <summary>The network with its options.</summary>
    /// <returns>Blocks and variant only where they are not the default, so that checkpoints from before these options agree.</returns>
    public override string ToString()
    {
        var text = new StringBuilder("ResNet { ");
        PrintMembers(text);
        return text.Replace(", Blocks = , ", ", ").Replace($", Variant = {nameof(ResNetVariant.B)}", "").Append(" }").ToString();
    }

    /// <summary>The network of basic blocks or bottlenecks with so many of them per stage.</summary>
    internal static ResNet Of(bool bottlenecks, (int, int, int, int) blocks, ResNetVariant variant = ResNetVariant.B)
    {
        var depth = Depths.FirstOrDefault(depth => depth == 50 == bottlenecks && blocks == BlocksOf(depth));
        return depth > 0
            ? new() { Depth = depth, Variant = variant }
            : new()
            {
                Depth = bottlenecks ? 50 : 18,
                Blocks = blocks,
                Variant = variant,
            };
    }

    private protected override StagedNetwork Assemble(int channels, int classes, ClassifierHead head, Device device) =>
        new(
            IsD
                ? new Stem(new Convolution(channels, 32, 3, stride: 2, device), RestOfDeepStem(device))
                : new Stem(new Convolution(channels, 64, 7, stride: 2, device), MaxPool()),
            [.. BlocksOfStages.Select((blocks, stage) => Stage(stage, blocks, device))],
            new GlobalAveragePool(),
            Head.Of(head, OutputOf(512), classes, device)
        );

    private static TorchSharp.Modules.Sequential RestOfDeepStem(Device device) =>
        nn.Sequential(("conv2", Layer(32, 32, device)), ("conv3", Layer(32, 64, device)), ("maxpool", MaxPool()));

    private static NormalisedConvolution Layer(int input, int output, Device device)
    {
        var convolution = new Convolution(input, output, 3, device: device);
        return new(convolution, new BatchNormalisation(convolution), static x => x.relu_());
    }

    private static TorchSharp.Modules.MaxPool2d MaxPool() => nn.MaxPool2d(3, stride: 2, padding: 1);

    private TorchSharp.Modules.Sequential Stage(int stage, int blocks, Device device)
    {
        var inner = 64 << stage;
        var input = stage == 0 ? 64 : OutputOf(inner / 2);
        return nn.Sequential([
            .. Enumerable
                .Range(0, blocks)
                .Select(i => ($"{i}", i == 0 ? Block(input, inner, stage == 0 ? 1 : 2, device) : Block(OutputOf(inner), inner, 1, device))),
        ]);
    }

    private nn.Module<Tensor, Tensor> Block(int input, int inner, int stride, Device device)
    {
        var option = IsD ? ShortcutOption.D : ShortcutOption.B;
        return HasBottlenecks ? new Bottleneck(input, inner, stride, option, device) : new BasicBlock(input, inner, stride, option, device);
    }

    private int OutputOf(int inner) => HasBottlenecks ? Bottleneck.Expansion * inner : inner;

    private static (int, int, int, int) BlocksOf(int depth) => depth == 18 ? (2, 2, 2, 2) : (3, 4, 6, 3);

    private static int[] Numbers((int First, int Second, int Third, int Fourth) blocks) =>
        [blocks.First, blocks.Second, blocks.Third, blocks.Fourth];

    private static (int, int, int, int) Checked((int, int, int, int) blocks)
    {
        foreach (var number in Numbers(blocks))
        {
            Require.Between(number, 1, MostBlocks, nameof(Blocks));
        }

        return blocks;
    }
}
