using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>How Q-learning explores, what it remembers, and what it learns from: see <see cref="DeepQLearning"/>.</summary>
/// <remarks>
/// The defaults are those of https://arxiv.org/abs/1901.01379, but for <see cref="ExplorationShare"/>, which is ours. Its target network
/// was copied every 10,000 of about 120,000 steps, and so twelve times in a training; here that number is kept, since most trainings are
/// shorter.
/// </remarks>
public sealed record QLearning
{
    private const int TargetsOfTraining = 12;

    /// <summary>γ: what the value of the next state counts, from 0 to 1. The default is 0.1; with 0, the network learns the rewards alone.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range; this holds for all numbers below.</exception>
    public double Gamma
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(Gamma));
    } = 0.1;

    /// <summary>
    /// How many of the last transitions the replay memory holds, from 1 to 100 million. The default is 50,000. A transition takes 24 bytes:
    /// the memory holds numbers of images, not images.
    /// </summary>
    public int MemorySize
    {
        get;
        init => field = Require.Between(value, 1, 100_000_000, nameof(MemorySize));
    } = 50_000;

    /// <summary>
    /// The share of the training's steps over which ε, the probability of an action at random, falls linearly from 1 to
    /// <see cref="FinalEpsilon"/>, from 0 to 1. The default is 0.5.
    /// </summary>
    public double ExplorationShare
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(ExplorationShare));
    } = 0.5;

    /// <summary>ε after that, from 0 to 1. The default is 0.01.</summary>
    public double FinalEpsilon
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(FinalEpsilon));
    } = 0.01;

    /// <summary>
    /// After how many steps the target network becomes a copy of the network again, at least 1. Null, the default, is a twelfth of the
    /// steps of the training.
    /// </summary>
    public int? TargetInterval
    {
        get;
        init => field = value is { } given ? Require.AtLeast(given, 1, nameof(TargetInterval)) : null;
    }

    /// <summary>
    /// Whether the network itself chooses the next state's best action, and the target network only says its value (double Q-learning,
    /// https://arxiv.org/abs/1509.06461). The default is false.
    /// </summary>
    public bool DoubleQ { get; init; }

    /// <summary>
    /// Whether the loss is Huber's, e²/2 up to an error e of 1 and |e| − 1/2 beyond, instead of e². The default is false.
    /// </summary>
    public bool HuberLoss { get; init; }

    /// <summary>ε of a step, counted from 0, in a training of so many.</summary>
    internal double EpsilonAt(long step, long steps)
    {
        var end = ExplorationShare * steps;
        return step >= end ? FinalEpsilon : 1 - ((1 - FinalEpsilon) * step / end);
    }

    /// <summary>Whether the target network is copied before a step, counted from 0, in a training of so many.</summary>
    internal bool RefreshesTargetAt(long step, long steps) => step % (TargetInterval ?? Math.Max(1, steps / TargetsOfTraining)) == 0;
}
