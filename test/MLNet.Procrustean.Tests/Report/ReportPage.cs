using System.Xml.Linq;

namespace MLNet.Procrustean.Tests.Report;

/// <summary>A report's page, read as the XML that it also is.</summary>
internal static class ReportPage
{
    public static readonly string[] AllSections =
    [
        "overview",
        "counts",
        "recall",
        "progress",
        "leakage",
        "gradients",
        "confusion",
        "calibration",
        "robustness",
        "deviation",
        "norms",
        "cosines",
        "collapse",
    ];

    public static XElement Of(params IReadOnlyList<TrainedRun> runs) => Parse(TrainingReport.ToHtml(runs, "A report"));

    public static XElement Parse(string html)
    {
        Assert.That(html, Does.StartWith("<!DOCTYPE html>\n"));
        return XElement.Parse(html["<!DOCTYPE html>\n".Length..]);
    }

    public static IEnumerable<string> Sections(XElement page) =>
        page.Descendants("section").Select(section => section.Attribute("id")!.Value);

    public static XElement Section(XElement page, string id) =>
        page.Descendants("section").Single(section => section.Attribute("id")!.Value == id);

    public static IEnumerable<XElement> Charts(XElement page) =>
        page.Descendants(XName.Get("svg", "http://www.w3.org/2000/svg")).Where(svg => svg.Attribute("aria-hidden") is null);

    /// <summary>The body's cells of the only matrix in an element, with its row heads.</summary>
    public static string[][] Cells(XElement table) =>
        [.. table.Element("tbody")!.Elements("tr").Select(row => row.Elements().Select(cell => cell.Value).ToArray())];
}
