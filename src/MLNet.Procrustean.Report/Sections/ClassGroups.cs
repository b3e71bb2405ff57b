using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>
/// The rows of a matrix over classes: each class by itself, or a dozen groups of neighbouring ranks where there are many classes.
/// </summary>
internal sealed class ClassGroups
{
    private const int Groups = 12;
    private readonly int[][] classes;

    public ClassGroups(Comparison comparison)
    {
        var order = comparison.Order;
        classes = comparison.HasManyClasses
            ?
            [
                .. Enumerable
                    .Range(0, Groups)
                    .Select(group => order[(group * order.Length / Groups)..((group + 1) * order.Length / Groups)].ToArray()),
            ]
            : [.. order.Select(c => new[] { c })];
        Names = comparison.HasManyClasses
            ?
            [
                .. Enumerable
                    .Range(0, Groups)
                    .Select(group =>
                        $"ranks {NumberText.Count((group * order.Length / Groups) + 1)}"
                        + $"–{NumberText.Count((group + 1) * order.Length / Groups)}"
                    ),
            ]
            : [.. order.Select(c => comparison.ClassNames[c])];
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>The pairs of classes in a cell; of a class with itself only where the group is that class alone.</summary>
    public IEnumerable<(int First, int Second)> Pairs(int row, int column) =>
        classes[row]
            .SelectMany(first =>
                classes[column].Where(second => second != first || classes[row].Length == 1).Select(second => (first, second))
            );
}
