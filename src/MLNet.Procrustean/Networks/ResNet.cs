using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MLNet.Procrustean;

/// <summary>The residual network of the ImageNet experiments, for photos: a 7×7 stem and four stages of 64 to 512 channels.</summary>
/// <remarks>
/// He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition" (arXiv 1512.03385), table 1, with the stride of a bottleneck on its
/// 3×3 convolution, as is usual today. Depths 18, 34 and 50 have 11,689,512, 21,797,672 and 25,557,032 parameters for 1,000 classes.
/// </remarks>
public sealed record ResNet : Backbone
{
    internal static readonly int[] Depths = [18, 34, 50];

    /// <summary>The number of layers with weights: 18, 34 (basic blocks) or 50 (bottlenecks). The default is 18.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The depth is none of these.</exception>
    public int Depth
    {
        get;
        init => field = Require.OneOf(value, Depths, nameof(Depth));
    } = 18;

    /// <inheritdoc/>
    public override string Name => $"resnet-{Depth}";

    /// <inheritdoc/>
    public override int SmallestImage => 32;

    /// <inheritdoc/>
    public override int LargestImage => 1024;

    /// <inheritdoc/>
    public override int ResidualStages => 4;

    internal override bool SuitsWhitening => true;

    private int[] Blocks => Depth == 18 ? [2, 2, 2, 2] : [3, 4, 6, 3];

    internal override long CountWeights(int channels, int classes)
    {
        long Normalised(long weights, int output) => weights + (2 * output);
        var (count, input) = (Normalised(49L * 64 * channels, 64), 64);
        for (var stage = 0; stage < Blocks.Length; stage++)
        {
            var inner = 64 << stage;
            var output = OutputOf(inner);
            count += input == output ? 0 : Normalised((long)input * output, output); // the shortcut
            for (var block = 0; block < Blocks[stage]; block++)
            {
                count +=
                    Depth == 50
                        ? Normalised((long)input * inner, inner)
                            + Normalised(9L * inner * inner, inner)
                            + Normalised((long)inner * output, output)
                        : Normalised(9L * input * inner, inner) + Normalised(9L * inner * inner, inner);
                input = output;
            }
        }

        return count + ((input + 1L) * classes);
    }

    private protected override StagedNetwork Assemble(int channels, int classes, ClassifierHead head)
    {
        var blocks = Blocks;
        var expansion = Depth == 50 ? Bottleneck.Expansion : 1;
        return new(
            (
                "stem",
                Sequential(
                    ("conv1", new Convolution(channels, 64, 7, stride: 2)),
                    ("bn1", new BatchNormalisation(64)),
                    ("relu", ReLU(inplace: true)),
                    ("maxpool", MaxPool2d(3, stride: 2, padding: 1))
                )
            ),
            ("layer1", Stage(64, 64, blocks[0], stride: 1)),
            ("layer2", Stage(64 * expansion, 128, blocks[1], stride: 2)),
            ("layer3", Stage(128 * expansion, 256, blocks[2], stride: 2)),
            ("layer4", Stage(256 * expansion, 512, blocks[3], stride: 2)),
            ("pool", new GlobalAveragePool()),
            ("fc", Classifier(head, 512 * expansion, classes))
        );
    }

    private TorchSharp.Modules.Sequential Stage(int input, int inner, int blocks, int stride) =>
        Sequential(
            Enumerable
                .Range(0, blocks)
                .Select(i => ($"{i}", i == 0 ? Block(input, inner, stride) : Block(OutputOf(inner), inner, 1)))
                .ToArray()
        );

    private Module<Tensor, Tensor> Block(int input, int inner, int stride) =>
        Depth == 50 ? new Bottleneck(input, inner, stride) : new BasicBlock(input, inner, stride, ShortcutOption.B);

    private int OutputOf(int inner) => Depth == 50 ? Bottleneck.Expansion * inner : inner;
}
