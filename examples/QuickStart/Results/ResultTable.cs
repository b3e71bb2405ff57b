using System.Globalization;

namespace QuickStart.Results;

/// <summary>A comparison as text for the console: recalls and averages in percent, differences in points.</summary>
internal static class ResultTable
{
    private static readonly string Rule = new('-', 58);

    public static string Format(Comparison comparison) =>
        string.Join(
            Environment.NewLine,
            [
                $"{"class", -16}{"train images", 12}{"plain", 9}{"ours", 9}{"difference", 12}",
                Rule,
                .. comparison.Classes.Select(one => Row(one.Name, one.TrainCount, one.PlainRecall, one.OurRecall)),
                Rule,
                Row("macro accuracy", null, comparison.Plain.MacroAccuracy, comparison.Ours.MacroAccuracy),
                Row("G-mean", null, comparison.Plain.GeometricMean, comparison.Ours.GeometricMean),
            ]
        );

    private static string Row(string name, int? count, double plain, double ours) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{name, -16}{count, 12}{100 * plain, 9:0.0}{100 * ours, 9:0.0}{100 * (ours - plain), 12:+0.0;-0.0;0.0}"
        );
}
