using System.Globalization;

namespace MLNet.Procrustean.Imbalance;

/// <summary>Prints <see cref="ImbalanceMetrics"/> as an aligned table.</summary>
internal static class ImbalanceMetricsTable
{
    public static string Print(ImbalanceMetrics metrics)
    {
        string[][] classes =
        [
            ["class", "train", "test", "recall", "precision", "F1"],
            .. metrics.Classes.Select(one =>
                new[] { one.Name, Count(one.TrainingCount), Count(one.TestCount), Share(one.Recall), Share(one.Precision), Share(one.F1) }
            ),
        ];
        string[][] averages =
        [
            ["micro accuracy", Share(metrics.MicroAccuracy)],
            ["macro accuracy", Share(metrics.MacroAccuracy)],
            ["G-mean", Share(metrics.GeometricMean)],
            ["macro F1", Share(metrics.MacroF1)],
            ["recall, many (> 100)", Share(metrics.ManyRecall)],
            ["recall, medium (20-100)", Share(metrics.MediumRecall)],
            ["recall, few (< 20)", Share(metrics.FewRecall)],
            .. metrics.UnscoredCount == 0
                ? Array.Empty<string[]>()
                :
                [
                    ["images without a score", Count(metrics.UnscoredCount)],
                ],
        ];
        return string.Join(Environment.NewLine, [.. Aligned(classes), "", .. Aligned(averages)]);
    }

    private static IEnumerable<string> Aligned(string[][] lines)
    {
        var widths = lines[0].Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        return lines.Select(line =>
            string.Join("  ", line.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])))
        );
    }

    private static string Count(long? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static string Share(double? share) => share?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";
}
