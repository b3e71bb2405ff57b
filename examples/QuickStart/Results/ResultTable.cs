using System.Globalization;
using System.Text;

namespace QuickStart.Results;

/// <summary>A comparison as text for the console: recalls and averages in percent, differences in points.</summary>
internal static class ResultTable
{
    private const int Width = 58;

    public static string Format(Comparison comparison)
    {
        var text = new StringBuilder();
        Row("class", "train images", "plain", "ours", "difference");
        Rule();
        foreach (var result in comparison.Classes)
        {
            Numbers(result.Name, $"{result.TrainCount}", result.PlainRecall, result.OurRecall);
        }

        Rule();
        Numbers("macro accuracy", "", comparison.Plain.MacroAccuracy, comparison.Ours.MacroAccuracy);
        Numbers("G-mean", "", comparison.Plain.GeometricMean, comparison.Ours.GeometricMean);
        return text.ToString();

        void Numbers(string name, string count, double plain, double ours) =>
            Row(name, count, Percent(plain, "0.0"), Percent(ours, "0.0"), Percent(ours - plain, "+0.0;-0.0;0.0"));

        void Row(string name, string count, string plain, string ours, string difference) =>
            text.AppendLine(CultureInfo.InvariantCulture, $"{name, -16}{count, 12}{plain, 9}{ours, 9}{difference, 12}");

        void Rule() => text.Append('-', Width).AppendLine();
    }

    private static string Percent(double share, string format) => (100 * share).ToString(format, CultureInfo.InvariantCulture);
}
