using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>
/// Goes through the rules of all epochs before the first one, so that a strategy that cannot work fails now and not after hours.
/// </summary>
internal static class StrategyCheck
{
    /// <summary>The head that all rules ask for.</summary>
    /// <param name="strategy">Whose rules.</param>
    /// <param name="backbone">Of the network.</param>
    /// <param name="classes">The classes with their numbers of training images.</param>
    /// <param name="epochs">Their number.</param>
    /// <exception cref="ArgumentException">
    /// A rule asks for another head than the first, or for rewards where others have none; mixes where the network has no stage; or its
    /// sampling weights, shares, perturbed images, loss or rewards have the wrong shape.
    /// </exception>
    public static ClassifierHead HeadOf(TrainingStrategy strategy, Backbone backbone, ClassCounts classes, int epochs)
    {
        ClassifierHead? first = null;
        var learning = LearningOf(strategy, classes, epochs);
        foreach (var epoch in Enumerable.Range(1, epochs).SelectMany(number => EpochContext.Possible(number, epochs, classes, CPU)))
        {
            using var epochScope = NewDisposeScope();
            var rule = strategy.RuleFor(epoch);
            first ??= rule.Head;
            var problem =
                rule.Head != first
                    ? $"asks for the head {rule.Head}, and for {first} in epoch 1, where a network has one head; "
                        + "put strategies of the same head one after the other"
                    : ProblemOf(rule.SamplingWeights, classes.Classes)
                        ?? ProblemOf(rule.Mixing, backbone)
                        ?? ProblemOf(rule.Perturbation, classes.Classes)
                        ?? ProblemOf(rule.Loss, classes.Classes)
                        ?? RewardsCheck.ProblemOf(rule, learning, classes.Classes);
            if (problem is not null)
            {
                throw new ArgumentException($"The rule of epoch {epoch.Number} {problem}. The strategy is {strategy}.");
            }
        }

        return first!.Value; // a training has at least one epoch
    }

    /// <summary>How the strategy learns from rewards, in all epochs; null where it does not.</summary>
    public static QLearning? LearningOf(TrainingStrategy strategy, ClassCounts classes, int epochs)
    {
        using var scope = NewDisposeScope();
        return strategy.RuleFor(new(1, epochs, classes, CPU)).Rewards?.Learning;
    }

    private static string? ProblemOf(Tensor? samplingWeights, int classes) =>
        samplingWeights is null ? null
        : !samplingWeights.shape.SequenceEqual([classes])
            ? $"has sampling weights of the shape [{string.Join(", ", samplingWeights.shape)}]; "
                + $"they must be [{classes}], one for each class"
        : !(samplingWeights.isfinite() & samplingWeights.ge(tensor(0f))).all().item<bool>()
        || samplingWeights.eq(tensor(0f)).all().item<bool>()
            ? "has sampling weights that are negative or not finite, or all 0"
        : null;

    private static string? ProblemOf(FeatureMixing? mixing, Backbone backbone)
    {
        if (mixing is null)
        {
            return null;
        }

        mixing.Depth.Check(backbone);
        using var random = new Generator(0);
        var labels = tensor(new long[] { 0, 1, 0 });
        var (features, own) = mixing.Shares(labels, labels.flip(0), random);
        Tensor[] all = own is null ? [features] : [features, own];
        return Array.Find(all, shares => !shares.shape.SequenceEqual([3])) is { } wrong
                ? $"mixes with shares of the shape [{string.Join(", ", wrong.shape)}] for 3 images; they must be one value for each, [3]"
            : Array.Find(all, shares => shares.dtype != ScalarType.Float32) is { } other
                ? $"mixes with shares of the type {other.dtype}; they must be {ScalarType.Float32}"
            : !all.All(shares => AreFrom0To(1, shares)) ? "mixes with shares that are not from 0 to 1"
            : null;
    }

    private static string? ProblemOf(InputPerturbation? perturbation, int classes)
    {
        if (perturbation is null)
        {
            return null;
        }

        var (images, changed) = TriedPerturbation.On(perturbation, tensor(new long[] { 0, 1, 0 }), classes);
        return !changed.shape.SequenceEqual(images.shape) || changed.dtype != images.dtype
                ? $"perturbs images of the shape [{string.Join(", ", images.shape)}], {images.dtype}, to "
                    + $"[{string.Join(", ", changed.shape)}], {changed.dtype}; it must leave both as they are"
            : !AreFrom0To(255, changed) ? "perturbs images to values that are not from 0 to 255; it must keep them there"
            : null;
    }

    private static bool AreFrom0To(float most, Tensor values) => (values.ge(tensor(0f)) & values.le(tensor(most))).all().item<bool>();

    private static string? ProblemOf(Func<Tensor, Tensor, Tensor> loss, int classes)
    {
        var shape = loss(zeros(3, classes), tensor(new long[] { 0, 1, 0 })).shape;
        return shape.SequenceEqual([3])
            ? null
            : $"has a loss that gives [{string.Join(", ", shape)}] for 3 images; it must give one value for each, [3]";
    }
}
