using System.Xml.Linq;
using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Plots;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;
using OxyPlot;
using OxyPlot.Axes;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>How the training accuracy of each class grew, in one chart for each run.</summary>
internal static class ProgressSection
{
    private const int MostLegendEntries = 8;
    private static readonly double[] MinorDashes = [5, 3];
    private static readonly OxyColor MinorText = OxyColor.FromRgb(150, 98, 0); // the light orange of rare classes is too light for text

    public static Section? Of(Comparison comparison)
    {
        var runs = comparison.Runs.Where(run => run.Run.Epochs.Length > 0).ToList();
        if (runs.Count == 0)
        {
            return null;
        }

        var means = comparison.Minor.Contains(true)
            ? " Thick lines are the means of the major and of the minor classes; minor classes are those with n_c² ≤ n_max · n_min."
            : "";
        var asTrained = runs.Any(run => !IsDiagnosed(run))
            ? " “As trained” is measured on the augmented and mixed images of the training, where no other measurement was made."
            : "";
        var changes = runs.Any(run => run.Run.Epochs.Any(report => report.RuleChange is not null))
            ? " A vertical line marks where the strategy begins to train by another rule, as it was told to."
            : "";
        return new(
            "progress",
            "Training accuracy",
            "The share of each class's training images that are classified correctly after each epoch, measured on unchanged images. "
                + $"One line for each class, coloured by its number of training images.{means}{asTrained}{changes}",
            Paper.Procrustean,
            [Key(comparison), Markup.Panels(runs.Select(run => Panel(comparison, run)))]
        )
        {
            Note =
                EpochMedians.Note(runs.Max(run => Measured(run).Count))
                + string.Concat(runs.SelectMany(RuleChanges))
                + comparison.Missing(run => run.Epochs.Length > 0),
        };
    }

    private static IEnumerable<string> RuleChanges(ShownRun shown) =>
        shown
            .Run.Epochs.Where(report => report.RuleChange is not null)
            .Select(report => $" {shown.Label}, from epoch {report.Epoch} on: {Printable.Text(report.RuleChange!)}.");

    private static bool IsDiagnosed(ShownRun shown) => shown.Run.Epochs.Any(report => report.Diagnostics is not null);

    private static List<EpochReport> Measured(ShownRun shown) =>
        [.. shown.Run.Epochs.Where(report => !IsDiagnosed(shown) || report.Diagnostics is not null)];

    private static XElement Panel(Comparison comparison, ShownRun shown)
    {
        var isDiagnosed = IsDiagnosed(shown);
        Func<EpochReport, int, double> accuracy = isDiagnosed
            ? (report, c) => report.Diagnostics!.TrainingAccuracy[c]
            : (report, c) => report.TrainingAccuracy[c];
        var reports = Measured(shown);
        var epochs = shown.Run.Epochs.Max(report => report.Epoch);

        // The rare classes are drawn last, so that many frequent ones do not cover them.
        var lines = comparison.Order.Select(c => ClassLine(comparison, c, reports, accuracy)).ToList();
        var model = EpochPlot.Of(lines, epochs, PlotStyle.Share(AxisPosition.Left, "Training accuracy"));
        EpochPlot.MarkRuleChanges(model, shown.Run.Epochs);
        if (comparison.Minor.Contains(true))
        {
            var (major, rare) = (Mean(comparison, minor: false, reports, accuracy), Mean(comparison, minor: true, reports, accuracy));
            EpochPlot.AddLines(model, Halo(major), major, Halo(rare), rare);
            EpochPlot.NameEnds(model, epochs, top: 1, ("major", major), ("minor", rare));
        }

        var measured = isDiagnosed ? null : Markup.Element("small", null, " as trained");
        return Markup.Element(
            "div",
            "panel",
            Markup.Element("h3", null, shown.Label, measured),
            SvgDrawing.Of(model, 440, 280, $"Training accuracy of each class over {epochs} epochs: {shown.Label}.")
        );
    }

    private static EpochLine ClassLine(Comparison comparison, int c, List<EpochReport> reports, Func<EpochReport, int, double> accuracy) =>
        new(
            [.. reports.Select(report => (report.Epoch, accuracy(report, c)))],
            OxyColor.Interpolate(Colour(comparison, c), OxyColors.White, 0.35)
        )
        {
            Thickness = comparison.HasManyClasses ? 0.7 : 1.3,
            Dashes = comparison.Minor[c] ? MinorDashes : [],
        };

    private static EpochLine Mean(Comparison comparison, bool minor, List<EpochReport> reports, Func<EpochReport, int, double> accuracy)
    {
        var classes = comparison.Order.Where(c => comparison.Minor[c] == minor).ToList();
        return new(
            [.. reports.Select(report => (report.Epoch, classes.Average(c => accuracy(report, c))))],
            minor ? CountColours.Few : CountColours.Many
        )
        {
            Thickness = 3.5,
            Dashes = minor ? MinorDashes : [],
            TextColour = minor ? MinorText : null,
        };
    }

    // A white edge separates a mean from the lines around it.
    private static EpochLine Halo(EpochLine line) => line with { Colour = OxyColors.White, Thickness = line.Thickness + 2, Dashes = [] };

    private static OxyColor Colour(Comparison comparison, int c) =>
        comparison.Counts is { } counts ? CountColours.Of(counts[c], counts) : PlotStyle.QuietInk;

    // Classes with the same count share a colour and an entry; where there are many counts, only some between the largest and the smallest
    // have one.
    private static XElement? Key(Comparison comparison)
    {
        if (comparison.Counts is not { } counts)
        {
            return null;
        }

        var groups = comparison.Order.GroupBy(c => counts[c]).ToList();
        var shown =
            groups.Count <= MostLegendEntries
                ? groups
                : [.. Enumerable.Range(0, MostLegendEntries).Select(entry => groups[entry * (groups.Count - 1) / (MostLegendEntries - 1)])];
        return Legend.Of(
            shown.Select(group =>
                (
                    Legend.Swatch(CountColours.Of(group.Key, counts), comparison.Minor[group.First()] ? MinorDashes : []),
                    $"{NumberText.Count(group.Key)} images: {Names(comparison, [.. group])}"
                )
            )
        );
    }

    private static string Names(Comparison comparison, IReadOnlyList<int> classes) =>
        classes.Count <= 6
            ? string.Join(", ", classes.Select(c => comparison.ClassNames[c]))
            : $"{string.Join(", ", classes.Take(5).Select(c => comparison.ClassNames[c]))} and {NumberText.Count(classes.Count - 5)} more";
}
