using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

public sealed class AdaptiveMomentEstimationTests
{
    private static readonly double[] Rates = [0.1, 0.05, 0.3, 0.01];

    [TestCase(0.9, 0, 1)]
    [TestCase(0, 0.1, 1)]
    [TestCase(0.5, 0.02, 0.25)]
    public void Step_FourTimes_IsTheAlgorithm(double momentum, double weightDecay, double factor)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var weight = nn.Parameter(randn(5, 3, generator: random));
        using var optimizer = new AdaptiveMomentEstimation([(weight, factor)], momentum, weightDecay);
        double[] w = [.. weight.data<float>().ToArray()];
        var (m, v) = (new double[w.Length], new double[w.Length]);
        for (var t = 1; t <= Rates.Length; t++)
        {
            var gradient = randn(5, 3, generator: random);
            optimizer.ZeroGrad();
            (weight * gradient).sum().backward();
            optimizer.Step(Rates[t - 1], t);

            var g = gradient.data<float>().ToArray();
            var rate = Rates[t - 1] * factor;
            for (var i = 0; i < w.Length; i++)
            {
                m[i] = (momentum * m[i]) + ((1 - momentum) * g[i]);
                v[i] = (0.999 * v[i]) + (0.001 * g[i] * g[i]);
                var mean = m[i] / (1 - Math.Pow(momentum, t));
                var size = v[i] / (1 - Math.Pow(0.999, t));
                w[i] -= (rate * mean / (Math.Sqrt(size) + 1e-8)) + (rate * weightDecay * w[i]);
            }

            Assert.That(weight.data<float>().ToArray(), Is.EqualTo(w).Within(2e-6), $"step {t}");
        }
    }

    // The size of a gradient does not matter, only its sign.
    [TestCase(3)]
    [TestCase(-0.001)]
    public void Step_First_MovesByTheLearningRate(double slope)
    {
        using var scope = NewDisposeScope();
        var weight = nn.Parameter(tensor(new[] { 2f }));
        using var optimizer = new AdaptiveMomentEstimation([(weight, 1)], momentum: 0.9, weightDecay: 0);
        (weight * slope).sum().backward();
        optimizer.Step(0.1, number: 1);
        Assert.That(weight.item<float>(), Is.EqualTo(2 - (0.1 * Math.Sign(slope))).Within(1e-5));
    }

    [Test]
    public void Restore_MomentsOfAnother_ContinuesToTheSameBits()
    {
        using var scope = NewDisposeScope();
        var whole = nn.Parameter(ones(3));
        using var uninterrupted = new AdaptiveMomentEstimation([(whole, 1)], 0.9, 0.01);
        Run(uninterrupted, whole, [1, 2, 3]);

        var part = nn.Parameter(ones(3));
        using var before = new AdaptiveMomentEstimation([(part, 1)], 0.9, 0.01);
        Run(before, part, [1, 2]);
        using var after = new AdaptiveMomentEstimation([(part, 1)], 0.9, 0.01);
        foreach (var (name, values) in before.Moments)
        {
            after.Restore(name, values);
        }

        Run(after, part, [3]);
        Assert.That(NetworkBits.Of(part), Is.EqualTo(NetworkBits.Of(whole)));
    }

    [Test]
    public void Train_WithAdam_LearnsAndLeavesNoTensor()
    {
        using var images = ToyImages.Of(24, 12);
        var options = SmallTraining.Options with { Optimizer = Optimizer.Adam, LearningRate = 0.01, Epochs = 6 };
        var accuracy = 0.0;
        var left = NativeMemory.TensorsLeftBy(() =>
        {
            using var training = SmallTraining.Run(options, images, validation: images);
            accuracy = training.Reports[^1].ValidationMacroAccuracy!.Value;
        });
        Assert.That(accuracy, Is.GreaterThan(0.95));
        Assert.That(left, Is.EqualTo(NativeMemory.CountedTwice(options.Backbone)));
    }

    private static void Run(AdaptiveMomentEstimation optimizer, Parameter weight, int[] steps)
    {
        foreach (var step in steps)
        {
            optimizer.ZeroGrad();
            (weight * tensor(new float[] { 1, -2, 0.5f }) * step).square().sum().backward();
            optimizer.Step(0.1, step);
        }
    }
}
