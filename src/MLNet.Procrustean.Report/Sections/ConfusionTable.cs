using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;
using OxyPlot;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>Which classes are taken for which, as a shaded table; the classes are in the order of a comparison.</summary>
internal static class ConfusionTable
{
    private static readonly OxyColor Right = OxyColor.FromRgb(0, 114, 178);
    private static readonly OxyColor Wrong = OxyColor.FromRgb(213, 94, 0);

    /// <param name="comparison">The order and the names of the classes.</param>
    /// <param name="caption">What the table is.</param>
    /// <param name="confusion">The images of each class, in class order, by the class that they were taken for.</param>
    public static XElement Of(Comparison comparison, string caption, ImmutableArray<ImmutableArray<long>> confusion)
    {
        var (order, names) = (comparison.Order, comparison.ClassNames);
        return MatrixTable.Of(caption, [.. order.Select(c => names[c])], "true ↓ taken for →", (row, column) =>
        {
            var (actual, predicted) = (order[row], order[column]);
            var (count, all) = (confusion[actual][predicted], confusion[actual].Sum());
            var share = all > 0 ? (double)count / all : double.NaN;
            var text =
                all == 0 ? NumberText.Unknown
                : share is > 0 and < 0.005 ? "<1"
                : NumberText.Number(100 * share, "0");
            return new(
                text,
                string.Create(CultureInfo.InvariantCulture, $"{names[actual]} taken for {names[predicted]}: {count} of {all} test images"),
                count > 0 ? MatrixTable.Shade(actual == predicted ? Right : Wrong, share) : null,
                count == 0 ? "zero" : null
            );
        });
    }
}
