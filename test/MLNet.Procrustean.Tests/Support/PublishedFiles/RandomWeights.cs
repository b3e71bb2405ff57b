using System.Runtime.InteropServices;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Tests.Support.PublishedFiles;

/// <summary>Weights of a network that are all different, the running statistics too.</summary>
internal static class RandomWeights
{
    /// <summary>The arrays of the network without its head, in our names.</summary>
    public static List<NamedArray> Of(Backbone backbone, int seed = 1)
    {
        using var network = backbone.Build(channels: 3, classes: 2, seed);
        var random = new Random(seed);
        return
        [
            .. NetworkWeights
                .Capture(network)
                .Where(array => !array.Name.StartsWith("fc.", StringComparison.Ordinal))
                .Select(array => array.Shape.Length == 1 ? array with { Bytes = Positive(array.Shape[0], random) } : array),
        ];
    }

    /// <summary>
    /// A network with the parts of a ResNet of basic blocks, one in each stage, and few channels: none that is read in the end.
    /// </summary>
    public static List<NamedArray> OfTinyResNet()
    {
        var arrays = new List<NamedArray>();
        var random = new Random(1);
        Add("stem.conv1", "stem.bn1", 2, 3, 7);
        for (var stage = 0; stage < 4; stage++)
        {
            var (block, input, output) = ($"layer{stage + 1}.0", stage == 0 ? 2 : 1 << stage, 2 << stage);
            Add($"{block}.conv1", $"{block}.bn1", output, input, 3);
            Add($"{block}.conv2", $"{block}.bn2", output, output, 3);
            if (stage > 0)
            {
                Add($"{block}.downsample.0", $"{block}.downsample.1", output, input, 1);
            }
        }

        return arrays;

        void Add(string convolution, string normalisation, int output, int input, int kernel)
        {
            var shape = new long[] { output, input, kernel, kernel };
            arrays.Add(new($"{convolution}.weight", "F32", shape, Positive(output * input * kernel * kernel, random)));
            string[] names = ["weight", "bias", "running_mean", "running_var"];
            arrays.AddRange(names.Select(name => new NamedArray($"{normalisation}.{name}", "F32", [output], Positive(output, random))));
        }
    }

    public static float[] Numbers(NamedArray array) => MemoryMarshal.Cast<byte, float>(array.Bytes.AsSpan()).ToArray();

    public static byte[] Bytes(float[] numbers) => MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray();

    private static byte[] Positive(long count, Random random) =>
        Bytes([.. Enumerable.Range(0, (int)count).Select(_ => 0.5f + random.NextSingle())]);
}
