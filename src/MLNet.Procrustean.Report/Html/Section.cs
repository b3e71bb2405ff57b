using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MLNet.Procrustean.Report.Html;

/// <summary>
/// A part of the page: a heading, a figure, and a caption that says what is shown, how it is defined, and where it comes from.
/// </summary>
/// <param name="Id">The target of links within the page.</param>
/// <param name="Title">The heading.</param>
/// <param name="Caption">The caption, in which an underscore begins a subscript, as in n_max.</param>
/// <param name="Paper">Where the definition comes from.</param>
/// <param name="Content">The figure.</param>
internal sealed partial record Section(string Id, string Title, string Caption, Paper Paper, IReadOnlyList<XElement?> Content)
{
    /// <summary>A last sentence of the caption, which may contain names: an underscore in it is shown as an underscore.</summary>
    public string Note { get; init; } = "";

    public XElement ToElement() =>
        Markup.Element(
            "section",
            null,
            new XAttribute("id", Id),
            Markup.Element("h2", null, Title),
            Markup.Element(
                "figure",
                null,
                Content,
                Markup.Element("figcaption", null, WithIndices(Caption), $"{Note} Paper: ", Paper.Link(), ".")
            )
        );

    // The odd parts of the split are the indices.
    private static IEnumerable<object> WithIndices(string text) =>
        Index().Split(text).Select((part, position) => position % 2 == 1 ? new XElement("sub", part) : (object)part);

    [GeneratedRegex("_([A-Za-z]+′?)")]
    private static partial Regex Index();
}
