using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Plots;
using MLNet.Procrustean.Report.Runs;
using OxyPlot.Axes;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>How much larger the feature gradients of the minor classes are than those of the major ones, over the epochs.</summary>
internal static class GradientRatioSection
{
    public static Section? Of(Comparison comparison)
    {
        // A ratio of 0 has no place on a logarithmic axis and is a gap.
        var series = new EpochSeries(comparison, diagnostics => diagnostics.GradientRatio is > 0 and var ratio ? ratio : null);
        if (series.IsEmpty)
        {
            return null;
        }

        var plot = series.Plot(PlotStyle.Logarithmic(AxisPosition.Left, "Gradient ratio (logarithmic)", series.Drawn, shown: 1));
        EpochPlot.Mark(plot, series.Epochs, 1, "balanced");
        return new(
            "gradients",
            "Gradient ratio",
            "The mean of ‖∂ℓ/∂h‖ over the minor classes divided by its mean over the major classes, where ∂ℓ/∂h is the gradient of the "
                + "plain cross entropy with respect to the features. At 1, both groups pull equally.",
            Paper.Procrustean,
            [series.Legend, series.Chart(plot, "Ratio of minor to major feature gradients over the epochs.")]
        )
        {
            Note = series.Note,
        };
    }
}
