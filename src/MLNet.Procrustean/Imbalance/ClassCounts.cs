using System.Collections.Immutable;
using MLNet.Procrustean.Data;
using static System.FormattableString;

namespace MLNet.Procrustean;

/// <summary>How many training images each class has, with the names of the classes.</summary>
/// <remarks>
/// The counts are n_c in the equations of the training strategies, where c runs over the classes in the order of
/// <see cref="Names"/>, which is also the order of a model's scores. Two instances are equal when their names and their
/// counts are.
/// </remarks>
public sealed record ClassCounts
{
    private const int NamesPrinted = 10;

    /// <summary>Creates the counts of two classes or more.</summary>
    /// <param name="names">The names of the classes: all different, valid text, none empty.</param>
    /// <param name="counts">The number of training images of each class, in the order of <paramref name="names"/>: each at least 1.</param>
    /// <exception cref="ArgumentException">
    /// The lengths differ, there are fewer than two classes, a name is empty, is not valid text or occurs twice, or a class has no image.
    /// </exception>
    public ClassCounts(ImmutableArray<string> names, ImmutableArray<long> counts)
    {
        if (names.IsDefault || counts.IsDefault || names.Length != counts.Length)
        {
            throw new ArgumentException(
                $"There must be one count for each name: {Length(names)} names, {Length(counts)} counts.",
                nameof(counts)
            );
        }

        CheckNames(names);
        if (names.Zip(counts).FirstOrDefault(one => one.Second < 1) is ({ } empty, var count))
        {
            throw new ArgumentException(
                $"Class '{empty}' has no training image (its count is {count}); each class needs at least one. Add images, or leave "
                    + "the class out: MapValueToKey makes keys of the labels that it is fitted on, so fit it on the training rows alone, "
                    + "and for cross-validation put it into the pipeline.",
                nameof(counts)
            );
        }

        Names = names;
        Counts = counts;
    }

    /// <summary>The names of the classes.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>The number of training images of each class, n_c, in the order of <see cref="Names"/>.</summary>
    public ImmutableArray<long> Counts { get; }

    /// <summary>The number of classes, C.</summary>
    public int Classes => Names.Length;

    /// <summary>The number of training images, n = Σ_c n_c.</summary>
    public long Total => Counts.Sum();

    /// <summary>The number of images of the most frequent class, n_max.</summary>
    public long Largest => Counts.Max();

    /// <summary>The number of images of the rarest class, n_min.</summary>
    public long Smallest => Counts.Min();

    /// <summary>The imbalance ratio, n_max / n_min: 1 when all classes have equally many images, larger otherwise.</summary>
    public double ImbalanceRatio => (double)Largest / Smallest;

    /// <summary>Whether all classes have equally many images.</summary>
    public bool IsBalanced => Largest == Smallest;

    /// <summary>Whether the other counts have the same names and counts, in the same order.</summary>
    /// <param name="other">The counts to compare with.</param>
    /// <returns>True when names and counts agree.</returns>
    public bool Equals(ClassCounts? other) => other is not null && Names.SequenceEqual(other.Names) && Counts.SequenceEqual(other.Counts);

    /// <summary>A hash code of the names and counts.</summary>
    /// <returns>The hash code.</returns>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (name, count) in Names.Zip(Counts))
        {
            hash.Add(name);
            hash.Add(count);
        }

        return hash.ToHashCode();
    }

    /// <summary>The number of classes and images, the imbalance ratio, and the counts of the first classes.</summary>
    /// <returns>For example "2 classes, 110 images, imbalance ratio 10: cat 100, dog 10".</returns>
    public override string ToString()
    {
        var counts = string.Join(", ", Names.Zip(Counts, (name, count) => Invariant($"{name} {count}")).Take(NamesPrinted));
        var more = Classes > NamesPrinted ? Invariant($" and {Classes - NamesPrinted} more") : "";
        return Invariant($"{Classes} classes, {Total} images, imbalance ratio {ImbalanceRatio:0.##}: {counts}{more}");
    }

    private static void CheckNames(ImmutableArray<string> names)
    {
        if (names.Length < 2)
        {
            throw new ArgumentException($"Classification needs at least two classes: there are {names.Length}.", nameof(names));
        }

        if (names.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException("A class has an empty name.", nameof(names));
        }

        if (ClassNames.Fault(names) is { } fault)
        {
            throw new ArgumentException($"Among the classes, {fault}", nameof(names));
        }

        if (names.CountBy(name => name).FirstOrDefault(name => name.Value > 1).Key is { } twice)
        {
            throw new ArgumentException($"Two classes are named '{twice}'.", nameof(names));
        }
    }

    private static int Length<T>(ImmutableArray<T> values) => values.IsDefault ? 0 : values.Length;
}
