using System.Xml.Linq;
using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Plots;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>How many training images each class has; once for each set of counts, should the runs differ.</summary>
internal static class ClassCountsSection
{
    public static Section? Of(Comparison comparison)
    {
        var sets = comparison
            .Runs.Select(run => (run.Label, Counts: Comparison.CountsOf(run.Run)))
            .Where(run => run.Counts is not null)
            .GroupBy(run => string.Join(' ', run.Counts!))
            .ToList();
        if (sets.Count == 0)
        {
            return null;
        }

        var panels = sets.Select(set =>
            Panel(comparison, set.First().Counts!, sets.Count == 1 ? null : string.Join(", ", set.Select(run => run.Label)))
        );
        var axis = sets.Any(set => CountPlot.IsLogarithmic(set.First().Counts!))
            ? " The axis is logarithmic, so that the rare classes can be seen."
            : "";
        return new(
            "counts",
            "Class counts",
            "The number of training images n_c of each class, the most frequent class first; the imbalance ratio is the largest number "
                + $"divided by the smallest.{axis}",
            Paper.Procrustean,
            [Markup.Panels(panels)]
        );
    }

    private static XElement Panel(Comparison comparison, IReadOnlyList<long> counts, string? names)
    {
        var (width, height) = comparison.HasManyClasses ? (640, 270) : (520, Rows.Height(comparison, 1));
        return Markup.Panel(
            "panel wide",
            names,
            SvgDrawing.Of(
                CountPlot.Of(comparison, counts),
                width,
                height,
                $"Training images of each class: {NumberText.Count(counts.Max())} for the most frequent, "
                    + $"{NumberText.Count(counts.Min())} for the rarest."
            )
        );
    }
}
