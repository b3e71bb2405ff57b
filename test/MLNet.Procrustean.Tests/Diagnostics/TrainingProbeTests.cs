using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Diagnostics;

/// <summary>Diagnostics as a training reports them.</summary>
public sealed class TrainingProbeTests
{
    private static readonly ImageClassifierOptions Diagnosed = SmallTraining.Options with { Diagnostics = new() { ImagesPerClass = 6 } };

    [Test]
    public void Train_WithDiagnostics_GivesTheSameBits()
    {
        using var images = ToyImages.Of(20, 5);
        var options = SmallTraining.Options with { Strategy = new MajorFeatureWeakening { Depth = MixingDepth.AnyStage } };
        Assert.That(
            SmallTraining.Weights(options with { Diagnostics = new() }, images),
            Is.EqualTo(SmallTraining.Weights(options, images))
        );
    }

    [TestCase(1, new[] { 1, 2, 3, 4, 5 })]
    [TestCase(2, new[] { 2, 4, 5 })]
    [TestCase(5, new[] { 5 })]
    [TestCase(9, new[] { 5 })]
    public void Train_EveryEpochs_ReportsThoseAndTheLast(int every, int[] expected)
    {
        using var images = ToyImages.Of(8, 3);
        using var training = SmallTraining.Run(
            SmallTraining.Options with
            {
                Epochs = 5,
                Diagnostics = new() { EveryEpochs = every },
            },
            images
        );
        Assert.That(training.Reports.Where(report => report.Diagnostics is not null).Select(report => report.Epoch), Is.EqualTo(expected));
    }

    [Test]
    public void Train_NotAskedFor_ReportsNone()
    {
        using var images = ToyImages.Of(8, 3);
        using var training = SmallTraining.Run(SmallTraining.Options, images);
        Assert.That(training.Reports.Select(report => report.Diagnostics), Is.All.Null);
    }

    // 300 images are measured, more than go through the network at once.
    [TestCase(6)]
    [TestCase(200)]
    public void Train_Diagnostics_AreThoseOfTheSampleAsItIs(int perClass)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var data = ToyImages.Of(220, 60, 40);
        var options = SmallTraining.Options with
        {
            Epochs = 1,
            BatchSize = 32,
            LearningRate = 0.01,
            Diagnostics = new() { ImagesPerClass = perClass },
        };
        using var training = SmallTraining.Run(options, data);
        var (hits, taken, gradients, counts) = (new double[3], new double[3], new double[3], new double[3]);
        var labels = data.Labels.data<long>().ToArray();
        var weight = Rows(training.Network.Head.Weight);
        foreach (var row in ClassSample.Draw(labels, perClass, RandomStream.Diagnostics.Generator(SmallTraining.Seed, 0)))
        {
            var label = labels[row];
            var logits = Rows(
                training.Network.forward(Preprocessing.Measure(data.Pixels, options.Shape).Normalise(data.Pixels.Narrow(row, 1)))
            )[0];
            var p = logits.Select(z => Math.Exp(z) / logits.Sum(Math.Exp)).ToArray();
            var gradient = Enumerable
                .Range(0, weight[0].Length)
                .Select(d => Enumerable.Range(0, 3).Sum(c => weight[c][d] * (p[c] - (c == label ? 1 : 0))))
                .ToArray();
            hits[label] += Matrix.ArgMax(logits) == label ? 1 : 0;
            taken[label] += Matrix.ArgMax(logits) == 0 ? 1 : 0; // 60² and 40² are at most 220 · 40, so that class 0 alone is major
            gradients[label] += Matrix.Length(gradient);
            counts[label]++;
        }

        var found = training.Reports.Single().Diagnostics!;
        var means = gradients.Zip(counts, (sum, n) => sum / n).ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(counts.Sum(), Is.EqualTo(perClass == 6 ? 18 : 300));
            Assert.That(found.TrainingAccuracy, Is.EqualTo(hits.Zip(counts, (sum, n) => sum / n)).Within(1e-12));
            Assert.That(found.Leakage, Is.EqualTo(((taken[1] / counts[1]) + (taken[2] / counts[2])) / 2).Within(1e-12));
            Assert.That(found.FeatureGradients, Is.EqualTo(means).Within(1e-5));
            Assert.That(found.GradientRatio, Is.EqualTo((means[1] + means[2]) / 2 / means[0]).Within(1e-4));
        }
    }

    [Test]
    public void Train_ThenDispose_LeavesNoTensor()
    {
        using var images = ToyImages.Of(12, 5);
        Assert.That(
            NativeMemory.TensorsLeftBy(() => SmallTraining.Run(Diagnosed, images).Dispose()),
            Is.EqualTo(NativeMemory.TensorsLeftBy(() => SmallTraining.Run(SmallTraining.Options, images).Dispose()))
        );
    }

    [Test]
    public void Train_CancelledInTheLastStep_StopsBeforeItIsDiagnosed()
    {
        using var data = ToyImages.Of(6, 2);
        using var cancellation = new CancellationTokenSource();
        var options = Diagnosed with
        {
            Epochs = 1,
            Cancellation = cancellation.Token,
            Strategy = StrategyOf.Watching((_, _) => cancellation.Cancel()),
        };
        Assert.That(() => SmallTraining.Run(options, data), Throws.InstanceOf<OperationCanceledException>());
    }

    private static double[][] Rows(Tensor values) =>
        [.. values.to(float64).contiguous().data<double>().ToArray().Chunk((int)values.shape[1])];
}
