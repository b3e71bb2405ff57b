using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Training.Checkpoints;

/// <summary>
/// Moves the values per class of epoch reports to and from named arrays: one value takes 8 bytes there and about 20 as text, and the length
/// of texts is limited.
/// </summary>
internal static class ReportArrays
{
    private const string Training = "reports.training_accuracy";
    private const string Measured = "reports.diagnostics.training_accuracy";
    private const string Gradients = "reports.diagnostics.feature_gradients";

    /// <summary>The reports without what is in the arrays, and without the names of the classes, which are the same in each.</summary>
    public static List<EpochReport> Without(IEnumerable<EpochReport> reports) =>
        [
            .. reports.Select(report =>
                report with
                {
                    Classes = [],
                    TrainingAccuracy = [],
                    Diagnostics = report.Diagnostics is { } found ? found with { TrainingAccuracy = [], FeatureGradients = [] } : null,
                }
            ),
        ];

    /// <summary>For each quantity an array [epochs, classes]; of the diagnostics only the epochs that have some.</summary>
    public static IEnumerable<NamedArray> Capture(IReadOnlyList<EpochReport> reports)
    {
        var diagnosed = reports.Select(report => report.Diagnostics).OfType<EpochDiagnostics>().ToList();
        return
        [
            Matrix(Training, [.. reports.Select(report => report.TrainingAccuracy)]),
            Matrix(Measured, [.. diagnosed.Select(found => found.TrainingAccuracy)]),
            Matrix(Gradients, [.. diagnosed.Select(found => found.FeatureGradients)]),
        ];
    }

    /// <summary>The number of arrays that belong to reports.</summary>
    public static int In(IEnumerable<NamedArray> arrays) => arrays.Count(array => array.Name is Training or Measured or Gradients);

    /// <summary>Restores the whole reports.</summary>
    /// <exception cref="InvalidDataException">The arrays are not those of such reports.</exception>
    public static List<EpochReport> Restore(
        IReadOnlyList<NamedArray> arrays,
        IReadOnlyCollection<EpochReport> reports,
        ImmutableArray<string> classes
    )
    {
        var diagnosed = reports.Count(report => report.Diagnostics is not null);
        var (training, measured, gradients) = (
            Rows(arrays, Training, reports.Count, classes),
            Rows(arrays, Measured, diagnosed, classes),
            Rows(arrays, Gradients, diagnosed, classes)
        );
        return
        [
            .. reports.Select(report =>
                report with
                {
                    Classes = classes,
                    TrainingAccuracy = training.Dequeue(),
                    Diagnostics = report.Diagnostics is { } found
                        ? found with
                        {
                            TrainingAccuracy = measured.Dequeue(),
                            FeatureGradients = gradients.Dequeue(),
                        }
                        : null,
                }
            ),
        ];
    }

    private static Queue<ImmutableArray<double>> Rows(
        IEnumerable<NamedArray> arrays,
        string name,
        int count,
        ImmutableArray<string> classes
    )
    {
        var array = arrays.FirstOrDefault(array => array.Name == name);
        long[] shape = [count, count == 0 ? 0 : classes.Length];
        return array is { Type: "F64" } && array.Shape.SequenceEqual(shape)
            ? new(MemoryMarshal.Cast<byte, double>(array.Bytes).ToArray().Chunk(classes.Length).Select(row => ImmutableArray.Create(row)))
            : throw new InvalidDataException(
                $"The array '{name}' is {array?.Type ?? "missing"} [{string.Join(", ", array?.Shape ?? [])}], "
                    + $"and should be F64 [{string.Join(", ", shape)}]."
            );
    }

    private static NamedArray Matrix(string name, ImmutableArray<double>[] rows)
    {
        double[] values = [.. rows.SelectMany(row => row)];
        return new(name, "F64", [rows.Length, rows.Length == 0 ? 0 : rows[0].Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }
}
