using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

public sealed class GradientClippingTests
{
    [TestCase(0.5)]
    [TestCase(2)]
    public void Clip_LongGradient_BringsItToTheLengthAndKeepsItsDirection(double longest)
    {
        using var scope = NewDisposeScope();
        var (weights, before) = (Weights(1), Gradients(Weights(1)));
        var length = Math.Sqrt(before.Sum(value => (double)value * value)); // over all weights together
        GradientClipping.Clip(weights, longest);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(length, Is.GreaterThan(longest));
            Assert.That(Gradients(weights), Is.EqualTo(before.Select(value => value * longest / length)).Within(1e-6));
        }
    }

    [Test]
    public void Clip_ShortOrZeroGradient_LeavesTheBits()
    {
        using var scope = NewDisposeScope();
        var (some, none) = (Weights(1), Weights(0));
        var before = Gradients(some);
        GradientClipping.Clip(some, longest: 1e6);
        GradientClipping.Clip(none, longest: 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Gradients(some), Is.EqualTo(before));
            Assert.That(Gradients(none), Is.All.Zero);
        }
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void Clip_GradientNotFinite_DoesNotHideIt(float bad)
    {
        using var scope = NewDisposeScope();
        var weights = Weights(1);
        using (no_grad())
        {
            weights[0].grad![0, 0] = bad;
        }

        GradientClipping.Clip(weights, longest: 1);
        Assert.That(Gradients(weights), Has.Some.NaN);
    }

    [Test]
    [Category(FaultsTried.Category)]
    public void Train_RateAtWhichItDiverges_StaysFiniteWithShortGradients()
    {
        using var images = ToyImages.Of(12, 5);
        var options = SmallTraining.Options with { Epochs = 40, LearningRate = 1e6, WeightDecay = 0 };
        using var without = SmallTraining.Run(options, images);
        using var with = SmallTraining.Run(options with { LearningRate = 1e6, MaxGradientNorm = 1e-6 }, images);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(without.DivergedInEpoch, Is.Not.Null);
            Assert.That(with.DivergedInEpoch, Is.Null);
            Assert.That(with.Reports[^1].TrainingAccuracy.Average(), Is.GreaterThan(0.9));
        }

        FaultsTried.Record("Numbers", "gradients that explode, with MaxGradientNorm", 1, "shortened; the training ends normally");
    }

    private static Parameter[] Weights(double scale)
    {
        using var random = new Generator(1);
        Parameter[] weights = [nn.Parameter(randn([3, 4], generator: random)), nn.Parameter(randn([5], generator: random))];
        foreach (var weight in weights)
        {
            (weight.sin() * scale * 3).sum().backward();
        }

        return weights;
    }

    private static float[] Gradients(Parameter[] weights) => [.. weights.SelectMany(weight => weight.grad!.data<float>().ToArray())];
}
