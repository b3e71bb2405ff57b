using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Training;

namespace MLNet.Procrustean.Persistence;

/// <summary>Moves what epoch reports say of each class to and from named arrays: one value is 8 bytes there and about 20 as text, and texts have a limit.</summary>
internal static class ReportArrays
{
    private const string Training = "reports.training_accuracy";
    private const string Measured = "reports.diagnostics.training_accuracy";
    private const string Gradients = "reports.diagnostics.feature_gradients";

    /// <summary>The reports without what is in the arrays, and without the names of the classes, which are the same in each.</summary>
    public static List<EpochReport> Without(IEnumerable<EpochReport> reports) =>
    [
        .. reports.Select(report => report with
        {
            Classes = [],
            TrainingAccuracy = [],
            Diagnostics = report.Diagnostics is { } found ? found with { TrainingAccuracy = [], FeatureGradients = [] } : null,
        }),
    ];

    /// <summary>For each quantity an array [epochs, classes]; of the diagnostics only the epochs that have some.</summary>
    public static IEnumerable<NamedArray> Read(IReadOnlyList<EpochReport> reports)
    {
        var diagnosed = reports.Select(report => report.Diagnostics).OfType<EpochDiagnostics>().ToList();
        return
        [
            Matrix(Training, [.. reports.Select(report => report.TrainingAccuracy)]),
            Matrix(Measured, [.. diagnosed.Select(found => found.TrainingAccuracy)]),
            Matrix(Gradients, [.. diagnosed.Select(found => found.FeatureGradients)]),
        ];
    }

    /// <summary>The whole reports again.</summary>
    public static List<EpochReport> Write(IReadOnlyList<NamedArray> arrays, IEnumerable<EpochReport> reports, ImmutableArray<string> classes)
    {
        Queue<ImmutableArray<double>> Rows(string name) => new(
            MemoryMarshal.Cast<byte, double>(arrays.Single(array => array.Name == name).Bytes).ToArray().Chunk(classes.Length).Select(row => ImmutableArray.Create(row)));
        var (training, measured, gradients) = (Rows(Training), Rows(Measured), Rows(Gradients));
        return
        [
            .. reports.Select(report => report with
            {
                Classes = classes,
                TrainingAccuracy = training.Dequeue(),
                Diagnostics = report.Diagnostics is { } found ? found with { TrainingAccuracy = measured.Dequeue(), FeatureGradients = gradients.Dequeue() } : null,
            }),
        ];
    }

    private static NamedArray Matrix(string name, ImmutableArray<double>[] rows)
    {
        double[] values = [.. rows.SelectMany(row => row)];
        return new(name, "F64", [rows.Length, rows.Length == 0 ? 0 : rows[0].Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }
}
