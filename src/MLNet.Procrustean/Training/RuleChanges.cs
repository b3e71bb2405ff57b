using System.Security.Cryptography;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>
/// Finds the epochs from which on a strategy trains by another rule, by what the rules do to a few labels and logits, so that a strategy
/// need not tell.
/// </summary>
/// <remarks>
/// A place of the rule (sampling, perturbation, mixing, loss, rewards) changes where it is one thing in the epochs before and another one
/// in those after. A place that is another one in each epoch, as one that is annealed, follows a schedule, and no epoch of it is a change.
/// </remarks>
/// <param name="strategy">Of the training.</param>
/// <param name="classes">The classes with their numbers of training images.</param>
/// <param name="epochs">The number of epochs.</param>
internal sealed class RuleChanges(TrainingStrategy strategy, ClassCounts classes, int epochs)
{
    private const int MostLabels = 64;
    private readonly long[] labels = Labels(classes);
    private readonly Dictionary<int, RuleTrace> traces = [];

    /// <summary>What is new in an epoch, in words; null where nothing is.</summary>
    public string? In(int epoch)
    {
        traces.Keys.Where(old => old < epoch - 2).ToList().ForEach(old => traces.Remove(old));
        var what = string.Join(", ", epoch == 1 ? [] : WhatIsNew(epoch));
        return what.Length == 0 ? null : what;
    }

    private IEnumerable<string> WhatIsNew(int epoch)
    {
        var (before, now) = (Of(epoch - 1), Of(epoch));
        if (IsNew(rule => rule.Loss))
        {
            yield return "another loss";
        }

        if (IsNew(rule => rule.Rewards))
        {
            yield return "other rewards";
        }

        if (IsNew(rule => rule.Sampling))
        {
            yield return now.Sampling is null ? "every image once" : "other sampling weights";
        }

        if (IsNew(rule => rule.Perturbation))
        {
            yield return now.Perturbation is null ? "no perturbation of images"
            : before.Perturbation is null ? "perturbation of images"
            : "another perturbation of images";
        }

        if (IsNew(rule => rule.Mixing))
        {
            yield return now.Mixing is null ? "no mixing of features"
            : before.Mixing is null ? "mixing of features"
            : "another mixing of features";
        }

        bool IsNew(Func<RuleTrace, string?> place) =>
            place(before) != place(now)
            && (epoch == 2 || place(Of(epoch - 2)) == place(before))
            && (epoch == epochs || place(Of(epoch + 1)) == place(now));
    }

    private RuleTrace Of(int epoch)
    {
        if (!traces.TryGetValue(epoch, out var trace))
        {
            using var scope = NewDisposeScope();
            var rule = strategy.RuleFor(new(epoch, epochs, classes, CPU));
            var given = tensor(labels);
            trace = new(
                rule.SamplingWeights is { } weights ? Bits(weights) : null,
                rule.Perturbation is { } change ? Bits(TriedPerturbation.On(change, given, classes.Classes).Changed) : null,
                rule.Mixing is { } mixing ? TraceOf(mixing, given) : null,
                Bits(rule.Loss(Logits(labels.Length, classes.Classes), given)),
                rule.Rewards is { } rewards ? $"{string.Join(' ', rewards.Values)} {string.Join(' ', rewards.EndsEpisode)}" : null
            );
            traces.Add(epoch, trace);
        }

        return trace;
    }

    private static string TraceOf(FeatureMixing mixing, Tensor labels)
    {
        using var random = new Generator(0);
        var (lambda, mu) = mixing.Shares(labels, labels.flip(0), random);
        return $"{mixing.Depth} {mixing.PartnerGradient} {Bits(lambda)} {(mu is null ? "" : Bits(mu))}";
    }

    // Classes from the largest to the smallest, evenly spaced: what depends on the counts differs between them.
    private static long[] Labels(ClassCounts classes)
    {
        var ordered = Enumerable.Range(0, classes.Classes).OrderByDescending(c => classes.Counts[c]).ToList();
        var count = Math.Min(ordered.Count, MostLabels);
        return [.. Enumerable.Range(0, count).Select(i => (long)ordered[i * (ordered.Count - 1) / Math.Max(1, count - 1)])];
    }

    // Any that differ.
    private static Tensor Logits(int count, int classes) =>
        tensor(Enumerable.Range(0, count * classes).Select(i => (float)(2 * Math.Sin(i))).ToArray()).reshape(count, classes);

    private static string Bits(Tensor values) =>
        Convert.ToHexString(SHA256.HashData(values.detach().to(float64).cpu().contiguous().bytes.ToArray()));

    private sealed record RuleTrace(string? Sampling, string? Perturbation, string? Mixing, string Loss, string? Rewards);
}
