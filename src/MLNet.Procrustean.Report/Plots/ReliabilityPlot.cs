using MLNet.Procrustean.Report.Runs;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace MLNet.Procrustean.Report.Plots;

/// <summary>Reliability curves: accuracy over confidence, one line for each run, beside the diagonal of probabilities.</summary>
internal static class ReliabilityPlot
{
    public static PlotModel Of(IEnumerable<(RunMark Mark, CalibrationCurve Curve)> curves)
    {
        var model = PlotStyle.Model(
            PlotStyle.Share(AxisPosition.Bottom, "Confidence"),
            PlotStyle.Share(AxisPosition.Left, "Accuracy on the test images")
        );
        var diagonal = PlotStyle.Line(PlotStyle.Baseline, 1.5, []);
        diagonal.Points.AddRange([new(0, 0), new(1, 1)]);
        model.Series.Add(diagonal);
        foreach (var (mark, curve) in curves)
        {
            model.Series.Add(Line(mark, curve));
        }

        return model;
    }

    private static LineSeries Line(RunMark mark, CalibrationCurve curve)
    {
        var line = PlotStyle.Line(mark.Colour, RunMark.LineThickness(isHollow: false), mark.Dashes, mark.Marker, 3.6 * mark.Size);
        line.Points.AddRange(
            curve.Bins.Where(bin => bin.Count > 0).Select(bin => new DataPoint(bin.Confidence!.Value, bin.Accuracy!.Value))
        );
        return line;
    }
}
