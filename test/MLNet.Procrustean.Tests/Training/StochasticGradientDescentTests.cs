using MLNet.Procrustean.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

public sealed class StochasticGradientDescentTests
{
    [TestCase(0.9, 2e-4)]
    [TestCase(0, 0)]
    [TestCase(0.5, 0.1)]
    public void Step_ThreeTimes_GivesTheBitsOfTorchSharpsOwn(double momentum, double weightDecay)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var start = randn(5, 3, generator: random);
        Parameter Copy() => nn.Parameter(start.clone());
        var (ours, theirs) = (Copy(), Copy());
        using var optimizer = new StochasticGradientDescent([(ours, 1)], momentum, weightDecay);
        using var reference = optim.SGD([theirs], 0.1, momentum, weight_decay: weightDecay);
        foreach (var rate in new[] { 0.1, 0.05, 0.3 })
        {
            var target = randn(5, 3, generator: random);
            optimizer.ZeroGrad();
            reference.zero_grad();
            (ours - target).square().sum().backward();
            (theirs - target).square().sum().backward();
            reference.ParamGroups.First().LearningRate = rate;
            optimizer.Step(rate, number: 1);
            reference.step();
            Assert.That(ours.data<float>().ToArray(), Is.EqualTo(theirs.data<float>().ToArray()));
        }
    }

    [Test]
    public void Step_ByHand_IsTheEquation()
    {
        using var scope = NewDisposeScope();
        var weight = nn.Parameter(tensor(new[] { 2f }));
        using var optimizer = new StochasticGradientDescent([(weight, 1)], momentum: 0.5, weightDecay: 0.25);
        foreach (var expected in new[] { 2 - (0.1 * 3.5), 1.65 - (0.1 * ((0.5 * 3.5) + 3 + (0.25 * 1.65))) }) // the gradient of 3 w is 3
        {
            optimizer.ZeroGrad();
            (weight * 3).sum().backward();
            optimizer.Step(0.1, number: 1);
            Assert.That(weight.item<float>(), Is.EqualTo(expected).Within(1e-6));
        }
    }
}
