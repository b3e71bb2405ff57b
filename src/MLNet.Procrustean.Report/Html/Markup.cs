using System.Globalization;
using System.Xml.Linq;

namespace MLNet.Procrustean.Report.Html;

/// <summary>Makes elements of the page; the XML writer escapes all text.</summary>
internal static class Markup
{
    public static XElement Element(string name, string? cssClass, params object?[] content) =>
        new(name, cssClass is null ? null : new XAttribute("class", cssClass), content);

    /// <summary>A table within a box of its own, which scrolls sideways where the screen is narrow.</summary>
    public static XElement Table(string cssClass, string caption, XElement head, IEnumerable<XElement> rows) =>
        Element(
            "div",
            "scroll",
            new XAttribute("tabindex", 0),
            new XAttribute("role", "region"),
            new XAttribute("aria-label", caption),
            Element("table", cssClass, Element("caption", null, caption), new XElement("thead", head), new XElement("tbody", rows))
        );

    public static XElement Head(string scope, params object?[] content) => new("th", new XAttribute("scope", scope), content);

    public static XElement Row(IEnumerable<XElement> cells) => new("tr", cells);

    /// <summary>Charts beside each other, as many as the width of the page allows.</summary>
    public static XElement Panels(IEnumerable<XElement?> panels) => Element("div", "panels", panels.Where(panel => panel is not null));

    /// <summary>One chart or table with its heading.</summary>
    public static XElement Panel(string cssClass, string? heading, params object?[] content) =>
        Element("div", cssClass, heading is null ? null : Element("h3", null, heading), content);

    public static string Style(FormattableString style) => style.ToString(CultureInfo.InvariantCulture);
}
