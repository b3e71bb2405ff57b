using System.Diagnostics;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Training.Reinforcement;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>Everything that a training changes, so that it can be saved between two steps and resumed.</summary>
/// <param name="network">On the device; it belongs to the caller.</param>
/// <param name="options">Of the training.</param>
internal sealed class TrainingState(StagedNetwork network, ImageClassifierOptions options) : IDisposable
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private TimeSpan before; // the time taken by the processes that trained before this one

    public StagedNetwork Network => network;

    public GradientDescent Optimizer { get; } =
        GradientDescent.Of(
            network.TrainedWeights.Select(named => (named.Weight, Math.Pow(options.LayerDecay, network.DistanceFromHead(named.Weight)))),
            options
        );

    /// <summary>What Q-learning remembers; null without it.</summary>
    public QMemory? Memory { get; private set; }

    public KeptWeights Kept { get; } = new(options.Keep, options.InitialShare);

    /// <summary>The epochs that have ended.</summary>
    public List<EpochReport> Reports { get; } = [];

    /// <summary>The current epoch; null before the first.</summary>
    public EpochProgress? Epoch { get; private set; }

    /// <summary>The epoch in which the training diverged, if it did.</summary>
    public int? DivergedIn { get; set; }

    /// <summary>Whether no step was taken yet, in this process or in one before it.</summary>
    public bool IsFresh => Epoch is null && Reports.Count == 0 && DivergedIn is null;

    public TimeSpan Elapsed => before + clock.Elapsed;

    /// <summary>The part of <see cref="Elapsed"/> before the first epoch.</summary>
    public TimeSpan Preparation { get; private set; }

    /// <summary>The epoch of that number: the current one, or else a new one. Call it outside of any dispose scope.</summary>
    public EpochProgress Enter(int number, int seed, ClassCounts classes, Device device)
    {
        clock.Start(); // it stands after the state was restored
        if (IsFresh)
        {
            Preparation = Elapsed;
            Remember(classes, device);
        }

        if (Epoch?.Number != number)
        {
            Epoch?.Dispose();
            Epoch = new(number, Elapsed, seed, classes.Classes, device);
        }

        return Epoch;
    }

    /// <summary>Makes the memory of Q-learning, once, where the strategy needs one; outside of any dispose scope.</summary>
    /// <param name="classes">The classes with their numbers of training images.</param>
    /// <param name="device">Where the network is.</param>
    public void Remember(ClassCounts classes, Device device)
    {
        if (Memory is null && StrategyCheck.LearningOf(options.Strategy, classes, options.Epochs) is { } learning)
        {
            var answers = options.Epochs * classes.Total; // no more can be remembered
            Memory = QMemory.For(options, (int)Math.Min(learning.MemorySize, answers), classes.Classes, network.Head.Kind, device);
        }
    }

    public TrainingMoment Moment(Dictionary<string, string> settings) =>
        new(settings, Elapsed, Kept.BestAccuracy, [.. Reports], Epoch!.Moment(), DivergedIn) { Preparation = Preparation };

    /// <summary>Restores a moment of the same training and its reports, without the weights.</summary>
    public void Restore(TrainingMoment moment, IEnumerable<EpochReport> reports, int classes, Device device)
    {
        Preparation = moment.Preparation;
        Reports.AddRange(reports.Select(report => report with { Preparation = Preparation }));
        DivergedIn = moment.DivergedIn;
        Epoch = new(moment.Epoch.Number, moment.Epoch.Begun, moment.Seed, classes, device);
        Epoch.Restore(moment.Epoch);
        before = moment.Elapsed;
        clock.Reset(); // what is prepared again before the epoch continues takes none of its time
    }

    public void Dispose()
    {
        Optimizer.ZeroGrad(); // else the trained network would keep the last gradients, as large as its weights
        Optimizer.Dispose();
        Memory?.Dispose();
        Kept.Dispose();
        Epoch?.Dispose();
    }
}
