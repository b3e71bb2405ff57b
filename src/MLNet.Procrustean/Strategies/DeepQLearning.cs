using System.Collections.Immutable;
using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>
/// Deep Q-learning for imbalanced classes (DQNimb): the network learns what each answer is worth, and answers are worth more for images of
/// small classes.
/// </summary>
/// <remarks>
/// <para>
/// Lin, Chen, Qi, "Deep Reinforcement Learning for Imbalanced Classification", Applied Intelligence 2020, https://arxiv.org/abs/1901.01379.
/// The state s is an image, the action a a class. An image of class c gives the reward r = r_c where a = c and −r_c elsewhere, with r_c = 1
/// for minor classes and ρ for major ones. After a wrong answer to an image of a minor class, or the last image, the episode ends. The
/// network's outputs are Q(s, a), and it is trained on transitions (s, a, r, s′) from a replay memory with the loss (Q(s, a) − y)²:
/// </para>
/// <para>y = r where the episode ends, else y = r + γ · max_a′ Q′(s′, a′), with Q′ of the target network, an older copy.</para>
/// <para>
/// The paper has two classes and ρ = n_minor/n_major. Ours: with several classes r_c = n_min/n_c, which is the same for two;
/// <see cref="MinorClasses"/> decides which are minor; an episode that a wrong answer ends is followed by the next image, where the paper
/// draws the order again. The next image does not depend on the action in either, so that the values are the same; and an epoch answers
/// each image once, in as many steps as with any other strategy. A step takes about 1.7 times as long.
/// </para>
/// <para>
/// Since the next state does not depend on the action, Q is the expected reward and about a constant: with γ = 0 the trained network
/// answers "minor" where p/(1 − p) &gt; ρ for its probability p, which <see cref="LogitAdjustment"/> reaches in closed form. A larger γ
/// favours minor classes a little more, as a wrong answer to them costs the rest of the episode too.
/// </para>
/// <para>
/// The model's scores are softmax(Q): as Q is between about −1 and 1, they are far from 0 and 1, and are not probabilities. The authors
/// trained with <see cref="Optimizer.Adam"/> at a learning rate of 0.00025 for about 120,000 steps. <see cref="Combined"/> joins it with a
/// sampling or a head, and with nothing else; <see cref="ImageClassifierOptions.HeadEpochs"/> are Q-learning of the head. Training
/// accuracy in reports is that of the best answers to the images drawn from the memory.
/// </para>
/// </remarks>
public sealed record DeepQLearning : TrainingStrategy
{
    /// <summary>
    /// ρ: the reward of an image of a major class, where one of a minor class has 1; from 0 to 1. Null, the default, is n_min/n_c for each
    /// class c.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double? Rho
    {
        get;
        init => field = value is { } given ? Require.Between(given, 0, 1, nameof(Rho)) : null;
    }

    /// <summary>
    /// The names of the minor classes: some of the classes of the training, in any order. By default, where it is not set,
    /// <see cref="MinorClasses"/> decides by the counts.
    /// </summary>
    /// <exception cref="ArgumentException">There is no name.</exception>
    public ImmutableArray<string> Minor
    {
        get;
        init =>
            field =
                value.IsDefault || value.Length > 0
                    ? value
                    : throw new ArgumentException($"{nameof(Minor)} is empty; name a class, or leave it out.", nameof(Minor));
    }

    /// <summary>How it explores, what it remembers, and γ.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public QLearning Learning
    {
        get;
        init => field = Require.NotNull(value);
    } = new();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><see cref="Minor"/> names what is not a class, or all classes.</exception>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        return new() { Rewards = RewardsOf(epoch.Classes) };
    }

    /// <summary>The rewards, and which wrong answers end an episode.</summary>
    /// <param name="classes">n_c.</param>
    /// <returns>One of each for each class.</returns>
    /// <exception cref="ArgumentException"><see cref="Minor"/> names what is not a class, or all classes.</exception>
    public ClassRewards RewardsOf(ClassCounts classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        var minor = Minor.IsDefault ? MinorClasses.Of(classes) : NamedIn(classes);
        var values = Rho is { } rho ? minor.Select(isMinor => isMinor ? 1 : rho) : classes.Counts.Select(n => (double)classes.Smallest / n);
        return new([.. values], minor, Learning);
    }

    /// <summary>Whether the other strategy trains in the same way.</summary>
    /// <param name="other">The strategy to compare with.</param>
    /// <returns>True when all options agree, the names of classes in their order.</returns>
    public bool Equals(DeepQLearning? other) => other is not null && ToString() == other.ToString();

    /// <summary>A hash code of the options.</summary>
    /// <returns>The hash code.</returns>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The options.</summary>
    public override string ToString()
    {
        var minor = Minor.IsDefault ? "" : string.Join(", ", Minor.Select(name => $"'{name}'"));
        return InvariantText.Of(() => $"{nameof(DeepQLearning)} {{ Rho = {Rho}, Minor = {minor}, Learning = {Learning} }}");
    }

    private ImmutableArray<bool> NamedIn(ClassCounts classes)
    {
        var problem =
            Minor.FirstOrDefault(name => !classes.Names.Contains(name)) is { } unknown
                ? $"names '{unknown}', which is not a class; name some of the classes"
            : classes.Names.All(name => Minor.Contains(name)) ? "names all classes; leave out those that are major"
            : null;
        return problem is null
            ? [.. classes.Names.Select(name => Minor.Contains(name))]
            : throw new ArgumentException($"{nameof(Minor)} of {nameof(DeepQLearning)} {problem}. They are {classes}.");
    }
}
