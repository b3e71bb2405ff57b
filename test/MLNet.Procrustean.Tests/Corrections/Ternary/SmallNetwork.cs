using MLNet.Procrustean.Corrections.Ternary;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Corrections.Ternary;

/// <summary>A stem, two stages and a head of 138 weights together, with drawn weights, and images of three classes.</summary>
internal sealed class SmallNetwork : IDisposable
{
    public const int Classes = 3;
    private const int Side = 8;
    private static readonly Preprocessing Preprocessing = new(new() { Size = Side, Channels = 1 }, [100], [50]);
    private readonly LabelledImages images;

    public SmallNetwork(ClassifierHead head = ClassifierHead.Linear, int count = 24)
    {
        Network = new(
            new Stem(new Convolution(1, 2, 3)),
            [Stage(2, 2), Stage(2, 4)],
            new GlobalAveragePool(),
            Head.Of(head, 4, Classes, null)
        );
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var random = new Random(1);
        foreach (var weight in Network.parameters().Where(weight => weight.shape.Length > 1))
        {
            weight.copy_(
                tensor(Enumerable.Range(0, (int)weight.numel()).Select(_ => random.NextSingle() - 0.5f).ToArray()).reshape(weight.shape)
            );
        }

        var pixels = new byte[count * Side * Side];
        random.NextBytes(pixels);
        long[] labels = [.. Enumerable.Range(0, count).Select(image => (long)(image % 4 % Classes))];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] /= (byte)(1 + labels[i / (Side * Side)]); // darker
        }

        images = new(tensor(pixels).reshape(count, Side, Side, 1).DetachFromDisposeScope(), tensor(labels).DetachFromDisposeScope());
        Settle();
    }

    public StagedNetwork Network { get; }

    public int[] Labels => [.. images.Labels.data<long>().Select(label => (int)label)];

    public NetworkInputs Inputs(bool headOnly = false) => new(Network, Preprocessing, images, CPU, headOnly);

    public Tensor Normalised() => Preprocessing.Normalise(images.Pixels.Narrow(0, images.Count));

    /// <summary>The objective of all images, by a forward pass through the whole network and by loops.</summary>
    public double Objective(TernaryObjective objective)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var logits = Network.call(Normalised()).to(float64);
        return NaiveObjective.Of(objective, [.. logits.data<double>().ToArray().Chunk(Classes)], Labels);
    }

    public void Dispose()
    {
        Network.Dispose();
        images.Dispose();
    }

    // Features of about the same size, and a bias that no two classes share, so that no logits are equal.
    private void Settle()
    {
        for (var i = 0; i < 20; i++)
        {
            Network.call(Normalised());
        }

        Network.eval();
        Network.Head.Bias.copy_(tensor(new[] { 0.01f, -0.02f, 0.035f }));
    }

    private static TorchSharp.Modules.Sequential Stage(int input, int output)
    {
        var convolution = new Convolution(input, output, 3);
        return nn.Sequential(("0", new NormalisedConvolution(convolution, new BatchNormalisation(convolution), static x => x.relu_())));
    }
}
