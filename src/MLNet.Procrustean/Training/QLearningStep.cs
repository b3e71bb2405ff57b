using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Training.Reinforcement;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>
/// One step of Q-learning: answer some images, remember what happened, draw a mini-batch from the memory, and learn from it.
/// </summary>
/// <remarks>Nothing here reads the values of a tensor, so that nothing waits for a GPU.</remarks>
internal sealed class QLearningStep
{
    private readonly StagedNetwork network;
    private readonly QMemory memory;
    private readonly TrainingInputs inputs;
    private readonly TrainingStep step;
    private readonly QLearning learning;
    private readonly Tensor rewards; // [C]
    private readonly Tensor minor; // [C], bool
    private readonly Device device;

    /// <param name="network">The network to train.</param>
    /// <param name="memory">Of the training.</param>
    /// <param name="inputs">The states.</param>
    /// <param name="step">Changes the weights.</param>
    /// <param name="rule">Of the epoch; its tensors live as long as this.</param>
    /// <param name="device">Where the network is.</param>
    public QLearningStep(StagedNetwork network, QMemory memory, TrainingInputs inputs, TrainingStep step, ClassRewards rule, Device device)
    {
        (this.network, this.memory, this.inputs, this.step, this.device) = (network, memory, inputs, step, device);
        learning = rule.Learning;
        rewards = tensor(rule.Values.Select(value => (float)value).ToArray()).OnDevice(device);
        minor = tensor(rule.EndsEpisode.ToArray()).OnDevice(device);
    }

    /// <summary>Trains the network.</summary>
    /// <param name="rows">The numbers of the images to answer, [B], int64, on the CPU; as many are learned from.</param>
    /// <param name="next">The numbers of those that follow, [B], int64, on the CPU; <see cref="ReplayMemory.None"/> after the last.</param>
    /// <param name="epoch">The epoch: it draws what is random, and sums up loss and hits of what is learned from.</param>
    /// <param name="place">Of the step.</param>
    public void Run(Tensor rows, Tensor next, EpochProgress epoch, StepPlace place)
    {
        using var scope = NewDisposeScope();
        using var random = epoch.Exploration();
        if (learning.RefreshesTargetAt(place.Step, place.Steps))
        {
            WeightSnapshot.Copy(network, memory.Target);
        }

        network.eval(); // so that images do not depend on each other, and leave no trace in running statistics
        try
        {
            memory.Transitions.Add(rows, Answers(rows, learning.EpsilonAt(place.Step, place.Steps), epoch, random), next);
            var drawn = memory.Transitions.Draw(rows.shape[0], random);
            var labels = LabelsOf(drawn.Rows);
            var targets = Targets(drawn.Actions, labels, drawn.Next, epoch); // [B]
            network.train();
            var (loss, hits) = Forward(InputsOf(drawn.Rows, epoch), drawn.Actions, labels, targets);
            step.Backward(loss);
            step.Change(loss, labels, hits, epoch, place);
        }
        finally
        {
            network.train();
        }
    }

    private Tensor Answers(Tensor rows, double epsilon, EpochProgress epoch, Generator random)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var best = Values(network, InputsOf(rows, epoch)).argmax(1);
        return QValues.Explored(best, epsilon, (int)rewards.shape[0], random).MoveToOuterDisposeScope();
    }

    private Tensor Targets(Tensor actions, Tensor labels, Tensor next, EpochProgress epoch)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var states = InputsOf(next.maximum(zeros_like(next)), epoch); // any image after the last one: its value is not used
        var values = QValues.OfBest(Values(memory.Target, states), learning.DoubleQ ? Values(network, states) : null);
        var ends = QValues.Ends(actions, labels, next.signbit().OnDevice(device), minor);
        return QValues.Targets(QValues.Rewards(actions, labels, rewards), ends, learning.Gamma, values).MoveToOuterDisposeScope();
    }

    // A scope of its own, closed before backward, so that what only the forward pass needs is freed by then.
    private (Tensor Loss, Tensor Hits) Forward(Tensor states, Tensor actions, Tensor labels, Tensor targets)
    {
        using var scope = NewDisposeScope();
        var values = Values(network, states); // [B, C]
        var hits = (values.detach().argmax(1) == labels).to(int64);
        var loss = QValues.Losses(values, actions, targets, learning.HuberLoss).mean();
        return (loss.MoveToOuterDisposeScope(), hits.MoveToOuterDisposeScope());
    }

    private Tensor Values(StagedNetwork of, Tensor states) => of.ForwardFrom(inputs.Parts, states);

    private Tensor InputsOf(Tensor rows, EpochProgress epoch) => inputs.Of(rows.OnDevice(inputs.Labels.device), epoch.Augmentation);

    private Tensor LabelsOf(Tensor rows) => inputs.Labels.index_select(0, rows.OnDevice(inputs.Labels.device)).OnDevice(device);
}
