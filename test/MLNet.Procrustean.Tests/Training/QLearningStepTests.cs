using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using MLNet.Procrustean.Training.Reinforcement;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

/// <summary>What trainings by rewards remember.</summary>
public sealed class QLearningStepTests
{
    private const int Images = 17;
    private const int Epochs = 2;

    [Test]
    public void Train_TwoEpochs_AnswersEachImageOnceInEachAndLinksThem()
    {
        Train(new(), (memory, _) =>
        {
            var rows = memory.Transitions.Rows.data<long>().ToArray();
            var next = memory.Transitions.Next.data<long>().ToArray();
            Assert.That(memory.Transitions.Stored, Is.EqualTo(Epochs * Images));
            for (var epoch = 0; epoch < Epochs; epoch++)
            {
                var answered = rows[(epoch * Images)..((epoch + 1) * Images)];
                Assert.That(answered, Is.EquivalentTo(Enumerable.Range(0, Images)).And.Not.Ordered);
                Assert.That(next[(epoch * Images)..((epoch + 1) * Images)], Is.EqualTo(answered[1..].Append(ReplayMemory.None)));
            }
        });
    }

    [TestCase(1)]
    [TestCase(0)]
    public void Train_Exploration_DecidesWhetherActionsAreAtRandom(double epsilon)
    {
        Train(new() { ExplorationShare = 0, FinalEpsilon = epsilon }, (memory, _) =>
        {
            // the first batch: the network was as it had been built
            var rows = memory.Transitions.Rows.narrow(0, 0, 8);
            var actions = memory.Transitions.Actions.narrow(0, 0, 8).data<long>().ToArray();
            using var network = Built();
            network.eval();
            using var images = ToyImages.Of(12, 5);
            var states = Preprocessing.Measure(images.Pixels, SmallTraining.Options.Shape).Normalise(images.Pixels.Rows(rows));
            var best = network.forward(states).argmax(1).data<long>().ToArray();
            Assert.That(actions, epsilon == 0 ? Is.EqualTo(best) : Is.Not.EqualTo(best));
        });
    }

    [TestCase(100, 0)]
    [TestCase(3, 3)]
    [TestCase(1, 3)]
    public void Train_TargetNetwork_IsTheNetworkBeforeItsLastRefresh(int interval, int steps)
    {
        // four steps: two of each epoch
        Train(new() { TargetInterval = interval }, (memory, before) =>
            Assert.That(NetworkBits.Of(memory.Target), Is.EqualTo(before[steps]))
        );
    }

    [Test]
    public void Train_Steps_LeaveTheTargetNetworkInEvaluationAndTheOtherInTraining() =>
        Train(new() { DoubleQ = true }, (memory, _) => Assert.That(memory.Target.training, Is.False));

    private static StagedNetwork Built() => SmallTraining.Options.Backbone.Build(channels: 3, classes: 2, seed: 1);

    // Gives the memory after the training, and the bits of the network before each step.
    private static void Train(QLearning learning, Action<QMemory, List<byte[]>> look)
    {
        using var scope = NewDisposeScope();
        using var images = ToyImages.Of(12, 5);
        var options = SmallTraining.Options with
        {
            Epochs = Epochs,
            Augmentation = Augmentation.None,
            Precision = Precision.Fp32,
            Strategy = new DeepQLearning { Learning = learning },
        };
        using var network = Built();
        using var state = new TrainingState(network, options);
        var before = new List<byte[]> { NetworkBits.Of(network) };
        new TrainingLoop(options, ToyImages.CountsOf(images), Preprocessing.Measure(images.Pixels, options.Shape), CPU, seed: 2).Train(
            state,
            new(images, null),
            _ => { },
            _ =>
            {
                Assert.That(network.training);
                before.Add(NetworkBits.Of(network));
            }
        );
        look(state.Memory!, before);
    }
}
