using MLNet.Procrustean.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Reinforcement;

/// <summary>What Q-learning remembers from one step to the next: transitions, and an older copy of the network.</summary>
/// <param name="target">A network of the same kind, disposed with this.</param>
/// <param name="transitions">Disposed with this.</param>
internal sealed class QMemory(StagedNetwork target, ReplayMemory transitions) : IDisposable
{
    /// <summary>The older copy, in evaluation mode.</summary>
    public StagedNetwork Target => target;

    public ReplayMemory Transitions => transitions;

    /// <summary>An empty memory, and a network of any weights.</summary>
    /// <param name="options">Of the training.</param>
    /// <param name="capacity">Of the transitions.</param>
    /// <param name="classes">C.</param>
    /// <param name="head">Of the network.</param>
    /// <param name="device">Where the network is.</param>
    public static QMemory For(ImageClassifierOptions options, int capacity, int classes, ClassifierHead head, Device device)
    {
        var copy = options.Backbone.Build(options.Channels, classes, seed: 0, head);
        copy.to(device);
        copy.eval();
        return new(copy, new(capacity, device));
    }

    public void Dispose()
    {
        target.Dispose();
        transitions.Dispose();
    }
}
