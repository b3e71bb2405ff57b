using System.Collections.Immutable;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Diagnostics;

/// <summary>Diagnoses a network while it is trained, always by the same training images.</summary>
/// <param name="choice">How often, and by how many images.</param>
/// <param name="logitsOf">(network, rows) → logits [B, C] of the images with these numbers, [B], int64; on the device.</param>
/// <param name="allLabels">The classes of all training images, [N], int64, on the CPU.</param>
/// <param name="classes">The classes.</param>
/// <param name="device">Where the network is.</param>
/// <param name="seed">Of the training.</param>
/// <param name="cancellation">Of the training.</param>
internal sealed class TrainingProbe(
    TrainingDiagnostics choice,
    Func<StagedNetwork, Tensor, Tensor> logitsOf,
    Tensor allLabels,
    ClassCounts classes,
    Device device,
    int seed,
    CancellationToken cancellation
)
{
    private const int ImagesAtOnce = 256;
    private readonly ImmutableArray<bool> minor = MinorClasses.Of(classes);
    private readonly long[] rows = Drawn(allLabels, choice.ImagesPerClass, seed);

    /// <summary>Diagnoses the network, which is in evaluation mode, where the epoch is one to be diagnosed.</summary>
    public EpochDiagnostics? After(int epoch, int epochs, StagedNetwork network) =>
        epoch % choice.EveryEpochs == 0 || epoch == epochs ? Diagnose(network) : null;

    private static long[] Drawn(Tensor labels, int perClass, int seed)
    {
        using var random = RandomStream.Diagnostics.Generator(seed, epoch: 0);
        return ClassSample.Draw(labels.data<long>().ToArray(), perClass, random);
    }

    private EpochDiagnostics Diagnose(StagedNetwork network)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var weight = network.Head.LinearMap.Weight.to(float64);
        var major = tensor(minor.Select(one => one ? 0.0 : 1.0).ToArray(), device: device);
        var sums = zeros(3, classes.Classes, float64, device);
        foreach (var part in rows.Chunk(ImagesAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            using var partScope = NewDisposeScope();
            var chosen = tensor(part);
            var labels = allLabels.index_select(0, chosen).to(device);
            var logits = logitsOf(network, chosen);
            sums.index_add_(1, labels, EpochDiagnostics.Measure(logits, labels, weight, major), KeptNumbers.One);
        }

        var measured = classes.Counts.Select(n => (double)Math.Min(n, choice.ImagesPerClass)).ToArray();
        var means = (sums / tensor(measured, device: device)).cpu();
        return EpochDiagnostics.Of(Row(0), Row(1), Row(2), minor);

        double[] Row(int row) => means[row].data<double>().ToArray();
    }
}
