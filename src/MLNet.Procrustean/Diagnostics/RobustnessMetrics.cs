using System.Collections.Immutable;
using System.Globalization;

namespace MLNet.Procrustean;

/// <summary>How well a classifier does on each class, on images as they are and on the same images under attack.</summary>
/// <remarks>
/// These are the errors that one attack finds: another one can find more, so that a robust accuracy is an upper bound. Two instances are
/// equal when their attacks, costs and metrics are.
/// </remarks>
public sealed record RobustnessMetrics
{
    internal RobustnessMetrics(ProjectedGradientAttack attack, CostMatrix costs, ImbalanceMetrics clean, ImbalanceMetrics robust) =>
        (Attack, Costs, Clean, Robust) = (attack, costs, clean, robust);

    /// <summary>The attack.</summary>
    public ProjectedGradientAttack Attack { get; }

    /// <summary>C, the costs that the attack aimed at and that errors are counted by, in the order of the model's classes.</summary>
    public CostMatrix Costs { get; }

    /// <summary>The metrics on images as they are.</summary>
    public ImbalanceMetrics Clean { get; }

    /// <summary>The metrics on the attacked images.</summary>
    public ImbalanceMetrics Robust { get; }

    /// <summary>For each class y the mean of C_yp over its images, with p the class that each is taken for; null without images.</summary>
    public ImmutableArray<double?> CleanCosts => CostsIn(Clean);

    /// <summary>The same on the attacked images: the mean cost that the attack reaches.</summary>
    public ImmutableArray<double?> RobustCosts => CostsIn(Robust);

    /// <summary>The mean of <see cref="CleanCosts"/> over the classes that have images; with equal costs, 1 − macro accuracy.</summary>
    public double CleanCost => CleanCosts.Average()!.Value;

    /// <summary>The mean of <see cref="RobustCosts"/> over the classes that have images.</summary>
    public double RobustCost => RobustCosts.Average()!.Value;

    /// <summary>A table with a line for each class, recall and cost as they are and under attack, and the averages below it.</summary>
    /// <returns>The table, aligned for a fixed-width font and the same in every culture; a dash stands for what is unknown.</returns>
    public override string ToString()
    {
        var width = Math.Max("geometric mean".Length, Costs.Names.Max(name => name.Length));
        var (clean, robust) = (CleanCosts, RobustCosts);
        string[] lines =
        [
            $"{"".PadRight(width)}  recall  attacked    cost  attacked",
            .. Costs.Names.Select((name, y) => Line(name, Clean.Classes[y].Recall, Robust.Classes[y].Recall, clean[y], robust[y])),
            Line("macro", Clean.MacroAccuracy, Robust.MacroAccuracy, CleanCost, RobustCost),
            Line("geometric mean", Clean.GeometricMean, Robust.GeometricMean, null, null),
        ];
        return string.Join(Environment.NewLine, lines);

        string Line(string name, double? recall, double? attacked, double? cost, double? reached) =>
            $"{name.PadRight(width)}  {Number(recall), 6}  {Number(attacked), 8}  {Number(cost), 6}  {Number(reached), 8}";
    }

    private static string Number(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "–";

    private ImmutableArray<double?> CostsIn(ImbalanceMetrics metrics) =>
        [
            .. metrics.Confusion.Select(
                (row, y) => row.Sum() is > 0 and var images ? row.Zip(Costs.Costs[y], (n, cost) => n * cost).Sum() / images : (double?)null
            ),
        ];
}
