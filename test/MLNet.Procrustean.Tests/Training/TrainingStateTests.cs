using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

public sealed class TrainingStateTests
{
    private static readonly ClassCounts Classes = new(["cat", "dog"], [3, 2]);

    [Test]
    public void Dispose_AfterTraining_LeavesNoGradients()
    {
        using var images = ToyImages.Of(9, 3);
        using var training = SmallTraining.Run(SmallTraining.Options, images);
        Assert.That(training.Network.parameters().Where(weight => weight.grad is not null), Is.Empty);
    }

    [Test]
    public void Elapsed_Restored_StandsUntilTheEpochContinues()
    {
        var options = SmallTraining.Options;
        using var network = options.Backbone.Build(options.Channels, Classes.Classes, seed: 1);
        using var first = new TrainingState(network, options);
        first.Enter(1, seed: 1, Classes, CPU);
        var moment = first.Moment(new() { ["Seed"] = "1" });

        using var second = new TrainingState(network, options);
        second.Restore(moment, [], Classes.Classes, CPU);
        var prepared = second.Elapsed; // features of frozen stages may have to be computed again by then
        second.Enter(1, seed: 1, Classes, CPU);
        Thread.Sleep(1);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(prepared, Is.EqualTo(moment.Elapsed));
            Assert.That(second.Elapsed, Is.GreaterThan(moment.Elapsed));
            Assert.That(second.Preparation, Is.EqualTo(first.Preparation).And.GreaterThan(TimeSpan.Zero));
        }
    }
}
