using System.Collections.Concurrent;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Persistence;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>Which network is trained: a value that describes it and builds it.</summary>
public abstract record Backbone
{
    private static readonly ConcurrentDictionary<(Backbone Backbone, int Channels), (long All, long OfOneClass)> Counts = new();

    private protected Backbone() { }

    /// <summary>The name under which a model file records the network, for instance <c>cifar-resnet-32-w16</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The smallest side of an input image, in pixels.</summary>
    public abstract int SmallestImage { get; }

    /// <summary>The largest side of an input image, in pixels.</summary>
    public abstract int LargestImage { get; }

    /// <summary>The number of residual stages, before each of which features can be mixed.</summary>
    public abstract int ResidualStages { get; }

    /// <summary>The network of a name that <see cref="Name"/> gave.</summary>
    /// <param name="name">For instance <c>cifar-resnet-32</c>, <c>cifar-resnet-8-w32</c>, <c>resnet-18</c>, <c>resnet-50d</c>,
    /// <c>resnet-18-2-2-2-3</c>, <c>mobilenet-v3-small</c> or <c>lenet-28</c>.</param>
    /// <returns>The network of that name.</returns>
    /// <exception cref="FormatException">There is no network of that name.</exception>
    public static Backbone Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            return name.Split('-') switch
            {
                ["cifar", "resnet", var depth] => new CifarResNet { Depth = Number(depth) },
                ["cifar", "resnet", var depth, ['w', .. var width]] => new CifarResNet { Depth = Number(depth), Width = Number(width) },
                ["lenet", var size] => new LeNet { ImageSize = Number(size) },
                ["mobilenet", "v3", "small"] => new MobileNetV3(),
                ["resnet", var depth] => ResNetOf(depth),
                ["resnet", var depth, var first, var second, var third, var fourth] => ResNetOf(depth) with
                {
                    Blocks = (Number(first), Number(second), Number(third), Number(fourth)),
                },
                _ => throw new FormatException("There is no such family."),
            };
        }
        catch (Exception problem) when (problem is FormatException or ArgumentException or OverflowException)
        {
            throw new FormatException(
                $"There is no backbone '{name}'. The names are 'cifar-resnet-D' with D one of {string.Join(", ", CifarResNet.Depths)}, "
                    + "'cifar-resnet-D-wW' with W its width, even and from 4 to 256, "
                    + "'lenet-S' with S the side of its images, a multiple of 4 from 16 to 128, "
                    + $"'{MobileNetV3.OnlyName}', 'resnet-D' with D one of {string.Join(", ", ResNet.Depths)}, "
                    + "'resnet-Dd' for its variant with a deep stem and average pooling in its shortcuts, "
                    + $"and 'resnet-D-B-B-B-B' with the blocks B of each stage, from 1 to {ResNet.MostBlocks}.",
                problem
            );
        }
    }

    /// <summary>
    /// Whether the first convolution has filters for at least eight directions of colour patches, and for no more than there are: see
    /// <see cref="PatchWhitening"/>.
    /// </summary>
    internal abstract bool SuitsWhitening { get; }

    /// <summary>How many weights the network has, without running statistics; no memory is allocated for them.</summary>
    internal long CountWeights(int channels, int classes)
    {
        var (all, ofOneClass) = Counts.GetOrAdd((this, channels), static key => key.Backbone.CountWeights(key.Channels));
        return all + (ofOneClass * (classes - 1));
    }

    // On torch's meta device, where tensors have a shape and no values.
    private (long All, long OfOneClass) CountWeights(int channels)
    {
        using var scope = NewDisposeScope();
        using var shapes = Assemble(channels, classes: 1, ClassifierHead.Linear, META);
        return (Count(shapes), Count(shapes.Head));

        static long Count(nn.Module module) => module.parameters().Sum(weight => weight.numel());
    }

    /// <summary>Checks that the arrays are the weights and running statistics of all parts but the head, before memory is taken.</summary>
    /// <exception cref="InvalidDataException">An array is missing, unknown, or of another type or shape.</exception>
    internal void CheckWithoutHead(IReadOnlyList<NamedArray> arrays, int channels)
    {
        using var scope = NewDisposeScope();
        using var shapes = Assemble(channels, classes: 1, ClassifierHead.Linear, META);
        NetworkWeights.Match(arrays, NetworkWeights.WithoutHead(shapes), Name);
    }

    /// <summary>Builds the network with weights drawn from the seed.</summary>
    internal StagedNetwork Build(int channels, int classes, int seed, ClassifierHead head = ClassifierHead.Linear)
    {
        var network = Assemble(channels, classes, head, CPU);
        WeightInitialisation.Apply(network, seed);
        return network;
    }

    /// <summary>The network in its parts, on a device, with weights that are still 0.</summary>
    private protected abstract StagedNetwork Assemble(int channels, int classes, ClassifierHead head, Device device);

    private static ResNet ResNetOf(string depth) =>
        depth is [.. var number, 'd'] ? new() { Depth = Number(number), Variant = ResNetVariant.D } : new() { Depth = Number(depth) };

    private static int Number(string digits) =>
        int.Parse(digits, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture);
}
