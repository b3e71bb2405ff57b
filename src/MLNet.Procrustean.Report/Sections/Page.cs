using System.Globalization;
using System.Xml.Linq;
using MLNet.Procrustean.Report.Html;
using MLNet.Procrustean.Report.Runs;
using MLNet.Procrustean.Report.Text;

namespace MLNet.Procrustean.Report.Sections;

/// <summary>The whole page: head, overview, and the sections for which there is something to show.</summary>
internal static class Page
{
    // Whatever a name may hold, the browser loads nothing and runs nothing.
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'";

    public static string Of(Comparison comparison, string title)
    {
        var heading = Printable.Text(title);
        var sections = Sections(comparison).OfType<Section>().ToList();
        var page = new XElement(
            "html",
            new XAttribute("lang", "en"),
            new XElement(
                "head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("http-equiv", "Content-Security-Policy"), new XAttribute("content", Policy)),
                new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("title", heading),
                new XElement("style", StyleSheet())
            ),
            new XElement(
                "body",
                new XElement(
                    "main",
                    Header(comparison, heading, sections),
                    Overview.Of(comparison),
                    sections.Select(section => section.ToElement()),
                    Footer()
                )
            )
        );
        return $"<!DOCTYPE html>\n{page.ToString(SaveOptions.DisableFormatting)}\n";
    }

    private static IEnumerable<Section?> Sections(Comparison comparison) =>
        [
            ClassCountsSection.Of(comparison),
            RecallSection.Of(comparison),
            ProgressSection.Of(comparison),
            LeakageSection.Of(comparison),
            GradientRatioSection.Of(comparison),
            ConfusionSection.Of(comparison),
            CalibrationSection.Of(comparison),
            RobustnessSection.Of(comparison),
            DeviationSection.Of(comparison),
            ClassifierNormsSection.Of(comparison),
            CosinesSection.Of(comparison),
            CollapseSection.Of(comparison),
        ];

    private static XElement Header(Comparison comparison, string title, List<Section> sections)
    {
        var classes = comparison.ClassNames.Length;
        var counts = comparison.Counts is { } known
            ? string.Create(
                CultureInfo.InvariantCulture,
                $", {NumberText.Count(known.Sum())} training images, imbalance ratio {(double)known.Max() / known.Min():#,0.##}"
            )
            : "";
        return new(
            "header",
            new XElement("h1", title),
            Markup.Element(
                "p",
                "lead",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{classes} classes{counts}, {(comparison.Runs.Length == 1 ? "one run" : $"{comparison.Runs.Length} runs")}."
                )
            ),
            sections.Count < 2
                ? null
                : new XElement(
                    "nav",
                    new XAttribute("aria-label", "Sections"),
                    sections.Select(section => new XElement("a", new XAttribute("href", $"#{section.Id}"), section.Title))
                )
        );
    }

    private static XElement Footer() =>
        new(
            "footer",
            new XElement(
                "p",
                "Written by MLNet.Procrustean. Shares are in percent; a dash (–) or a gap stands for what is unknown. "
                    + "All numbers are in the CSV and JSON files beside this page."
            )
        );

    private static string StyleSheet()
    {
        using var stream = typeof(Page).Assembly.GetManifestResourceStream("report.css")
            ?? throw new InvalidOperationException("The style sheet is missing from the assembly; build it again.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
