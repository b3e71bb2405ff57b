using System.Collections.Immutable;
using MLNet.Procrustean.Imbalance;

namespace MLNet.Procrustean;

/// <summary>How well a classifier does on each class and on average over the classes, rare ones included.</summary>
/// <remarks>
/// R_c, the recall of class c, is the share of its images that were recognised, and C is the number of classes that have images in the
/// evaluated data; classes without images are left out of the averages. Two instances are equal when their classes, their confusion
/// counts and their numbers of rows without a score are.
/// </remarks>
public sealed record ImbalanceMetrics
{
    internal ImbalanceMetrics(
        string[] names,
        long[]? trainingCounts,
        ImmutableArray<ImmutableArray<long>> confusion,
        long unscoredCount = 0
    )
    {
        Confusion = confusion;
        UnscoredCount = unscoredCount;
        Classes =
        [
            .. names.Select(
                (name, c) =>
                    new ClassMetrics(
                        name,
                        trainingCounts?[c],
                        testCount: confusion[c].Sum(),
                        predictedCount: confusion.Sum(row => row[c]),
                        correctCount: confusion[c][c]
                    )
            ),
        ];

        var tested = Classes.Where(one => one.TestCount > 0).ToList();
        MicroAccuracy = (double)Classes.Sum(one => one.CorrectCount) / Classes.Sum(one => one.TestCount);
        MacroAccuracy = tested.Average(one => one.Recall!.Value);
        // The mean of logarithms: a product of a thousand recalls would underflow. The logarithm of 0 gives the mean 0 as it should.
        GeometricMean = Math.Exp(tested.Average(one => Math.Log(one.Recall!.Value)));
        MacroF1 = tested.Average(one => one.F1!.Value);
    }

    /// <summary>The metrics of each class, in class order.</summary>
    public ImmutableArray<ClassMetrics> Classes { get; }

    /// <summary>The confusion counts: <c>Confusion[a][p]</c> images of class a were taken for class p.</summary>
    public ImmutableArray<ImmutableArray<long>> Confusion { get; }

    /// <summary>
    /// The number of rows without a score, which count nowhere else: those of images that could not be read, where
    /// <see cref="ImageClassifierModel.BadImages"/> is to skip them.
    /// </summary>
    public long UnscoredCount { get; }

    /// <summary>The share of all images that were recognised, Σ_c TP_c / n, from 0 to 1; frequent classes dominate it.</summary>
    public double MicroAccuracy { get; }

    /// <summary>The mean recall, (1/C) Σ_c R_c, from 0 to 1, also called balanced accuracy; it equals ML.NET's macro accuracy.</summary>
    public double MacroAccuracy { get; }

    /// <summary>The geometric mean of the recalls (G-mean), (Π_c R_c)^(1/C), from 0 to 1; 0 when a class is never recognised.</summary>
    public double GeometricMean { get; }

    /// <summary>The mean of the F1 of the classes, (1/C) Σ_c 2 TP_c / (2 TP_c + FP_c + FN_c), from 0 to 1.</summary>
    public double MacroF1 { get; }

    /// <summary>The mean recall of the classes with more than 100 training images, from 0 to 1.</summary>
    /// <remarks>It is null when none of them was evaluated, or the training counts are unknown.</remarks>
    public double? ManyRecall => RecallOf(ShotGroup.Many);

    /// <summary>The mean recall of the classes with 20 to 100 training images, from 0 to 1.</summary>
    /// <remarks>It is null when none of them was evaluated, or the training counts are unknown.</remarks>
    public double? MediumRecall => RecallOf(ShotGroup.Medium);

    /// <summary>The mean recall of the classes with fewer than 20 training images, from 0 to 1.</summary>
    /// <remarks>It is null when none of them was evaluated, or the training counts are unknown.</remarks>
    public double? FewRecall => RecallOf(ShotGroup.Few);

    /// <summary>Whether the other metrics have the same classes, confusion counts and number of rows without a score.</summary>
    /// <param name="other">The metrics to compare with.</param>
    /// <returns>True when both agree.</returns>
    public bool Equals(ImbalanceMetrics? other) =>
        other is not null
        && UnscoredCount == other.UnscoredCount
        && Classes.SequenceEqual(other.Classes)
        && Confusion.Zip(other.Confusion).All(rows => rows.First.SequenceEqual(rows.Second));

    /// <summary>A hash code of the classes.</summary>
    /// <returns>The hash code.</returns>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var one in Classes)
        {
            hash.Add(one);
        }

        return hash.ToHashCode();
    }

    /// <summary>A table with a line for each class, and the averages below it.</summary>
    /// <returns>The table, aligned for a fixed-width font and the same in every culture; a dash stands for what is unknown.</returns>
    public override string ToString() => ImbalanceMetricsTable.Print(this);

    // Averaging nullable numbers skips the nulls (classes without test images), and the average of nothing is null.
    private double? RecallOf(ShotGroup group) => Classes.Where(one => one.Group == group).Average(one => one.Recall);
}
