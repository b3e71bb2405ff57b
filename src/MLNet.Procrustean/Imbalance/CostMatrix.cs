using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MLNet.Procrustean.Imbalance;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>What it costs to take an image of one class for another one.</summary>
/// <remarks>Two instances are equal when their names and their costs are, in the same order.</remarks>
public sealed record CostMatrix
{
    private const double MostByCounts = 100;
    private const double MostCost = 1_000_000;
    private const int MostPrinted = 5;

    /// <summary>Creates the costs of two classes or more.</summary>
    /// <param name="names">The names of the classes: all different, none empty.</param>
    /// <param name="costs">
    /// C: <c>costs[y][j]</c> is the cost of taking an image of class y for class j, from 0 to 1,000,000; 0 where they are the same.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The costs are not square, a name is empty or occurs twice, or a cost is out of range or not 0 for what is correct.
    /// </exception>
    public CostMatrix(ImmutableArray<string> names, ImmutableArray<ImmutableArray<double>> costs)
    {
        if (FaultOf(names, costs) is { } fault)
        {
            throw new ArgumentException($"The costs are not those of a set of classes: {fault}.", nameof(costs));
        }

        (Names, Costs) = (names, costs);
    }

    /// <summary>The names of the classes.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>C: <c>Costs[y][j]</c> is the cost of taking an image of class y for class j.</summary>
    public ImmutableArray<ImmutableArray<double>> Costs { get; private init; }

    /// <summary>A cost of 1 for every error: C = 1 − I.</summary>
    /// <param name="names">The names of the classes.</param>
    /// <returns>The costs.</returns>
    /// <exception cref="ArgumentException">There are fewer than two names, one is empty, or one occurs twice.</exception>
    public static CostMatrix Equal(ImmutableArray<string> names) => Of(names, (_, _) => 1);

    /// <summary>C_yj = (n_j / n_y)^τ, kept from 0.01 to 100: small classes are costly to miss.</summary>
    /// <param name="classes">n_c.</param>
    /// <param name="tau">τ, from 0 to 10; 0 costs every error 1.</param>
    /// <returns>The costs.</returns>
    /// <exception cref="ArgumentOutOfRangeException">τ is out of range.</exception>
    public static CostMatrix ByCounts(ClassCounts classes, double tau)
    {
        ArgumentNullException.ThrowIfNull(classes);
        Require.Between(tau, 0, 10, nameof(tau));
        double Cost(int y, int j) => Math.Pow((double)classes.Counts[j] / classes.Counts[y], tau);
        return Of(classes.Names, (y, j) => Math.Clamp(Cost(y, j), 1 / MostByCounts, MostByCounts));
    }

    /// <summary>Reads costs from a CSV file.</summary>
    /// <remarks>
    /// The first line names the classes j, the first column the classes y; what stands in their corner is not read. Cells are separated by
    /// commas, and may stand in double quotes. Numbers have a decimal point.
    /// </remarks>
    /// <param name="path">The file, UTF-8.</param>
    /// <returns>The costs, in the order of the first line.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="InvalidDataException">
    /// It is not such a file; the message names the file, the line and the column, and what is wrong there.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    public static CostMatrix Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return CostMatrixFile.Read(path);
    }

    /// <summary>The same costs with the classes in another order.</summary>
    /// <param name="names">The names of the same classes.</param>
    /// <returns>The costs, in that order.</returns>
    /// <exception cref="ArgumentException">The names are of other classes; the message lists them.</exception>
    public CostMatrix For(ImmutableArray<string> names)
    {
        names = names.IsDefault ? [] : names;
        string[] missing = [.. names.Except(Names)];
        string[] unknown = [.. Names.Except(names)];
        if (missing.Length > 0 || unknown.Length > 0)
        {
            throw new ArgumentException(
                "The costs must be those of exactly the classes of the images. "
                    + (missing.Length > 0 ? $"There are no costs for {Listed(missing)}. " : "")
                    + (unknown.Length > 0 ? $"There are costs for {Listed(unknown)}, which is not among the classes. " : "")
                    + $"The classes are {Listed(names)}."
            );
        }

        var places = names.Select(name => Names.IndexOf(name)).ToArray();
        return Of(names, (y, j) => Costs[places[y]][places[j]]);
    }

    /// <summary>Whether the other matrix has the same names and costs, in the same order.</summary>
    /// <param name="other">The matrix to compare with.</param>
    /// <returns>True when names and costs agree.</returns>
    public bool Equals(CostMatrix? other) =>
        other is not null && Names.SequenceEqual(other.Names) && Costs.Zip(other.Costs).All(rows => rows.First.SequenceEqual(rows.Second));

    /// <summary>A hash code of the names and costs.</summary>
    /// <returns>The hash code.</returns>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>
    /// Up to five classes, all names and costs; otherwise a digest of them, so that checkpoints of trainings with other costs are told
    /// apart.
    /// </summary>
    /// <returns>For example "CostMatrix { cat: 0 2, dog: 1 0 }".</returns>
    public override string ToString()
    {
        string Numbers(ImmutableArray<double> row) => string.Join(' ', row.Select(cost => cost.ToString(CultureInfo.InvariantCulture)));
        var all = string.Join(", ", Names.Zip(Costs, (name, row) => $"{name}: {Numbers(row)}"));
        var shown = Names.Length <= MostPrinted ? all : $"{Names.Length} classes, SHA-256 {Digest(all)}";
        return $"{nameof(CostMatrix)} {{ {shown} }}";
    }

    /// <summary>What is wrong with one cost, in words; null for nothing.</summary>
    internal static string? FaultOf(double cost, bool onDiagonal) =>
        !(cost >= 0 && cost <= MostCost) ? FormattableString.Invariant($"{cost} is not a cost: a cost is a number from 0 to {MostCost}")
        : onDiagonal && cost != 0 ? FormattableString.Invariant($"{cost} is the cost of what is correct, which must be 0")
        : null;

    /// <summary>C_yj · C'_yj, which may be more than a cost; both have the same classes in the same order.</summary>
    internal CostMatrix Times(CostMatrix other) => this with { Costs = Table(Names, (y, j) => Costs[y][j] * other.Costs[y][j]) };

    /// <summary>C, [C, C], float32, on a device.</summary>
    internal Tensor OnDevice(Device device) =>
        tensor(Costs.SelectMany(row => row).Select(cost => (float)cost).ToArray()).reshape(Names.Length, Names.Length).OnDevice(device);

    private static CostMatrix Of(ImmutableArray<string> names, Func<int, int, double> cost) => new(names, Table(names, cost));

    private static ImmutableArray<ImmutableArray<double>> Table(ImmutableArray<string> names, Func<int, int, double> cost)
    {
        var all = Enumerable.Range(0, names.IsDefault ? 0 : names.Length);
        return [.. all.Select(y => all.Select(j => y == j ? 0 : cost(y, j)).ToImmutableArray())];
    }

    private static string? FaultOf(ImmutableArray<string> names, ImmutableArray<ImmutableArray<double>> costs)
    {
        if (names.IsDefault || costs.IsDefault || names.Length < 2 || costs.Length != names.Length)
        {
            return "there must be two names or more, and a row of costs for each";
        }

        if (names.Any(string.IsNullOrEmpty) || names.Distinct().Count() < names.Length)
        {
            return "a name is empty or occurs twice";
        }

        for (var y = 0; y < names.Length; y++)
        {
            if (costs[y].IsDefault || costs[y].Length != names.Length)
            {
                return $"row '{names[y]}' must have {names.Length} costs, one for each name";
            }

            for (var j = 0; j < names.Length; j++)
            {
                if (FaultOf(costs[y][j], y == j) is { } fault)
                {
                    return $"in row '{names[y]}', column '{names[j]}', {fault}";
                }
            }
        }

        return null;
    }

    private static string Digest(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
}
