using System.Globalization;
using System.Xml.Linq;
using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>The runs at a glance: averages over the test images, and how each was trained.</summary>
internal static class Overview
{
    private static readonly (string Name, Func<ImbalanceMetrics, double?> Of)[] Columns =
    [
        ("Macro accuracy", metrics => metrics.MacroAccuracy),
        ("Micro accuracy", metrics => metrics.MicroAccuracy),
        ("G-\u2060mean", metrics => metrics.GeometricMean),
        ("Macro F1", metrics => metrics.MacroF1),
        ("Recall, many", metrics => metrics.ManyRecall),
        ("Recall, medium", metrics => metrics.MediumRecall),
        ("Recall, few", metrics => metrics.FewRecall),
    ];

    public static XElement Of(Comparison comparison) =>
        Markup.Element(
            "section",
            null,
            new XAttribute("id", "overview"),
            Markup.Element(
                "figure",
                null,
                Averages(comparison),
                Markup.Element(
                    "figcaption",
                    null,
                    "Averages over the test images: macro accuracy is the mean recall of the classes, micro accuracy the share of all "
                        + "images that are recognised, G-mean the geometric mean of the recalls. ",
                    "Many, medium and few are the classes with more than 100, 20 to 100 and fewer than 20 training images. ",
                    comparison.Runs.Length > 1 ? "The best of each column is bold. " : null,
                    HasUnscored(comparison)
                        ? "Test images without a score could not be read; they are skipped, and count nowhere else. "
                        : null,
                    "Paper: ",
                    Paper.OpenLongTailed.Link(),
                    "."
                )
            ),
            Settings(comparison)
        );

    private static bool HasUnscored(Comparison comparison) => comparison.Runs.Any(run => run.Run.Metrics.UnscoredCount > 0);

    private static XElement Averages(Comparison comparison)
    {
        // A column that is unknown for all runs is left out.
        var columns = Columns.Where(column => comparison.Runs.Any(run => column.Of(run.Run.Metrics) is not null)).ToList();
        var hasSeed = comparison.Runs.Any(run => run.Run.Seed is not null);
        var hasUnscored = HasUnscored(comparison);
        var hasTime = comparison.Runs.Any(run => run.Run.TrainingTime is not null);
        var head = Markup.Row([
            Markup.Head("col", "Run"),
            .. hasSeed ? new[] { Markup.Head("col", "Seed") } : [],
            .. columns.Select(column => Markup.Head("col", column.Name)),
            .. hasUnscored ? new[] { Markup.Head("col", "Without a score") } : [],
            .. hasTime ? new[] { Markup.Head("col", "Training time") } : [],
        ]);
        return Markup.Table(
            "numbers",
            "Averages of the runs",
            head,
            comparison.Runs.Select(shown =>
                Markup.Row([
                    RunHead.Of(comparison, shown),
                    .. hasSeed
                        ? new[] { new XElement("td", shown.Run.Seed?.ToString(CultureInfo.InvariantCulture) ?? NumberText.Unknown) }
                        : [],
                    .. columns.Select(column => Cell(comparison, column.Of, shown)),
                    .. hasUnscored ? new[] { new XElement("td", NumberText.Count(shown.Run.Metrics.UnscoredCount)) } : [],
                    .. hasTime ? new[] { new XElement("td", NumberText.Time(shown.Run.TrainingTime)) } : [],
                ])
            )
        );
    }

    private static XElement Cell(Comparison comparison, Func<ImbalanceMetrics, double?> of, ShownRun shown)
    {
        var value = of(shown.Run.Metrics);
        var text = NumberText.Percent(value);
        // Compared as they are shown: of two equal texts neither is better.
        var isBest =
            comparison.Runs.Length > 1 && value is not null && text == NumberText.Percent(comparison.Runs.Max(run => of(run.Run.Metrics)));
        return new("td", isBest ? new XElement("strong", text) : text);
    }

    private static XElement? Settings(Comparison comparison)
    {
        var names = comparison.Runs.SelectMany(run => run.Run.Settings).Select(setting => setting.Name).Distinct().ToList();
        if (names.Count == 0)
        {
            return null;
        }

        var head = Markup.Row([Markup.Head("col", "Setting"), .. comparison.Runs.Select(run => Markup.Head("col", run.Label))]);
        var table = Markup.Table(
            "settings",
            "Settings of the runs",
            head,
            names.Select(name =>
            {
                var values = comparison
                    .Runs.Select(run => run.Run.Settings.LastOrDefault(setting => setting.Name == name)?.Value ?? NumberText.Unknown)
                    .ToList();
                return Markup.Element(
                    "tr",
                    values.Distinct().Skip(1).Any() ? "differs" : null,
                    Markup.Head("row", Printable.Text(name)),
                    values.Select(value => new XElement("td", Printable.Text(value)))
                );
            })
        );
        return new(
            "details",
            new XElement("summary", comparison.Runs.Length == 1 ? "Settings" : "Settings; bold where the runs differ"),
            table
        );
    }
}
