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
        Row("class", "train images", "plain", "MFW", "difference");
        Rule();
        foreach (var result in comparison.Classes)
        {
            Numbers(result.Name, $"{result.TrainCount}", result.PlainRecall, result.MfwRecall);
        }

        Rule();
        Numbers("macro accuracy", "", comparison.Plain.MacroAccuracy, comparison.Mfw.MacroAccuracy);
        Numbers("G-mean", "", comparison.Plain.GeometricMean, comparison.Mfw.GeometricMean);
        return text.ToString();

        void Numbers(string name, string count, double plain, double mfw) =>
            Row(name, count, Percent(plain, "0.0"), Percent(mfw, "0.0"), Percent(mfw - plain, "+0.0;-0.0;0.0"));

        void Row(string name, string count, string plain, string mfw, string difference) =>
            text.AppendLine(CultureInfo.InvariantCulture, $"{name,-16}{count,12}{plain,9}{mfw,9}{difference,12}");

        void Rule() => text.Append('-', Width).AppendLine();
    }

    private static string Percent(double share, string format) => (100 * share).ToString(format, CultureInfo.InvariantCulture);
}
