using System.Collections.Immutable;
using MLNet.Procrustean.Imbalance;

namespace MLNet.Procrustean;

/// <summary>How far the confidence of some images is from the share of them that were recognised.</summary>
/// <remarks>
/// The confidence of an image is its largest score. The images are divided into B_1 to B_15 by their confidence, at 15 equal intervals from
/// 0 to 1 (Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, https://arxiv.org/abs/1706.04599).
/// </remarks>
public sealed record CalibrationCurve
{
    private const int BinCount = 15;

    internal CalibrationCurve(IReadOnlyList<ScoredAnswer> answers)
    {
        Count = answers.Count;
        (Accuracy, Confidence) = (AccuracyOf(answers)!.Value, ConfidenceOf(answers)!.Value);
        var byBin = answers.ToLookup(one => BinOf(one.Confidence));
        Bins = [.. Enumerable.Range(0, BinCount).Select(bin => Bin(bin, [.. byBin[bin]]))];
        var gaps = Bins.Where(bin => bin.Count > 0).Select(bin => (bin.Count, Gap: Math.Abs(bin.Accuracy!.Value - bin.Confidence!.Value)));
        ExpectedCalibrationError = gaps.Sum(one => one.Count * one.Gap) / Count;
        MaximumCalibrationError = gaps.Max(one => one.Gap);
    }

    /// <summary>The number of images, n.</summary>
    public long Count { get; }

    /// <summary>The share of the images that were recognised, from 0 to 1.</summary>
    public double Accuracy { get; }

    /// <summary>The mean confidence, from 0 to 1; above <see cref="Accuracy"/> the model is too sure of itself.</summary>
    public double Confidence { get; }

    /// <summary>The expected calibration error, ECE = Σ_b |B_b|/n · |acc(B_b) − conf(B_b)|, from 0 to 1; equation 3.</summary>
    public double ExpectedCalibrationError { get; }

    /// <summary>The maximum calibration error, max_b |acc(B_b) − conf(B_b)|, from 0 to 1; equation 5.</summary>
    /// <remarks>With few test images, an interval that has one or two of them decides it.</remarks>
    public double MaximumCalibrationError { get; }

    /// <summary>The 15 intervals with their images, in ascending order.</summary>
    public ImmutableArray<CalibrationBin> Bins { get; }

    /// <summary>Whether the other curve has the same images in the same intervals.</summary>
    /// <param name="other">The curve to compare with.</param>
    /// <returns>True when both agree.</returns>
    public bool Equals(CalibrationCurve? other) => other is not null && Count == other.Count && Bins.SequenceEqual(other.Bins);

    /// <summary>A hash code of the numbers of images.</summary>
    /// <returns>The hash code.</returns>
    public override int GetHashCode() => Bins.Aggregate(0, (hash, bin) => HashCode.Combine(hash, bin.Count));

    // Interval b is (b/15, (b+1)/15]; rounded, so that the float nearest to one of its ends is that end.
    private static int BinOf(float confidence) => Math.Clamp((int)Math.Ceiling(Math.Round(confidence * BinCount, 6)) - 1, 0, BinCount - 1);

    private static CalibrationBin Bin(int bin, ScoredAnswer[] answers) =>
        new((double)bin / BinCount, (double)(bin + 1) / BinCount, answers.Length, AccuracyOf(answers), ConfidenceOf(answers));

    // The average of no nullable numbers is null.
    private static double? AccuracyOf(IReadOnlyList<ScoredAnswer> answers) => answers.Average(one => (double?)(one.IsRight ? 1 : 0));

    private static double? ConfidenceOf(IReadOnlyList<ScoredAnswer> answers) => answers.Average(one => (double?)one.Confidence);
}
