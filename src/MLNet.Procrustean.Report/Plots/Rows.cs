using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;
using OxyPlot;
using OxyPlot.Axes;

namespace MLNet.Procrustean.Report.Plots;

/// <summary>The frame of charts with one row for each class, the class with most images on top.</summary>
internal static class Rows
{
    public static PlotModel Model(Comparison comparison, Axis values)
    {
        var model = PlotStyle.Model(values, Names(comparison));
        model.Padding = new(20, 8, 14, 4); // OxyPlot leaves the distance between label and axis out of its margins
        return model;
    }

    /// <summary>The height of the chart, in CSS pixels.</summary>
    public static int Height(Comparison comparison, int marksPerRow) =>
        64 + (comparison.Order.Length * Math.Max(22, 10 + (8 * marksPerRow)));

    /// <summary>Where the mark of a run lies in a row, as a distance from its middle in rows.</summary>
    public static double Offset(int mark, int marks) => (mark - ((marks - 1) / 2.0)) * 0.68 / Math.Max(marks, 2);

    private static CategoryAxis Names(Comparison comparison)
    {
        var axis = PlotStyle.Styled(
            new CategoryAxis
            {
                Position = AxisPosition.Left,
                IsTickCentered = true,
                Minimum = -0.5,
                Maximum = comparison.Order.Length - 0.5,
                StartPosition = 1,
                EndPosition = 0,
                TextColor = PlotStyle.Ink,
            },
            title: ""
        );
        axis.MajorStep = 1;
        axis.AxisTickToLabelDistance = 12; // room for half a mark at zero
        axis.Labels.AddRange(comparison.Order.Select(c => Printable.Short(comparison.ClassNames[c])));
        return axis;
    }
}
