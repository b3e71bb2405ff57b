using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Plots;
using MLNet.Procrustean.Report.Runs;
using OxyPlot.Axes;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>How many images of minor classes are taken for major ones, over the epochs.</summary>
internal static class LeakageSection
{
    public static Section? Of(Comparison comparison)
    {
        var series = new EpochSeries(comparison, diagnostics => diagnostics.Leakage);
        return series.IsEmpty
            ? null
            : new(
                "leakage",
                "Leakage",
                "The share of the minor classes' training images that are taken for an image of a major class; it should fall early.",
                Paper.Procrustean,
                [
                    series.Legend,
                    series.Chart(
                        series.Plot(PlotStyle.Share(AxisPosition.Left, "Leakage")),
                        "Leakage from minor to major classes over the epochs."
                    ),
                ]
            )
            {
                Note = series.Note,
            };
    }
}
