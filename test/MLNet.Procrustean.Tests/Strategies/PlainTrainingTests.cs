using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class PlainTrainingTests
{
    [Test]
    public void RuleFor_AnyCounts_MixesNothing() =>
        Assert.That(new PlainTraining().RuleFor(new(1, 10, ToyImages.Counts(100, 1), CPU)), Is.EqualTo(new TrainingRule()));

    [Test]
    public void Loss_Logits_IsCrossEntropyOfEachImage()
    {
        using var scope = NewDisposeScope();
        float[][] z =
        [
            [1, 2, -1],
            [0, 0, 0],
            [-50, 50, 3],
        ];
        long[] y = [1, 2, 0];
        var expected = z.Select((row, i) => Math.Log(row.Sum(value => Math.Exp(value - row[y[i]]))));
        var loss = new TrainingRule().Loss(tensor(z.SelectMany(row => row).ToArray()).reshape(3, 3), tensor(y));
        Assert.That(loss.data<float>().ToArray(), Is.EqualTo(expected).Within(1e-4));
    }
}
