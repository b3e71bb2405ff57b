using System.Text;
using System.Xml;

namespace MLNet.Procrustean.Report.Text;

/// <summary>
/// Makes any text fit for a page: markup is escaped by the writer, but a page cannot hold control characters and halves of surrogate pairs.
/// </summary>
internal static class Printable
{
    private const char Replacement = '\uFFFD';
    private const int LongestInCharts = 26;

    public static string Text(string text)
    {
        var printable = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
            {
                printable.Append(text[i]).Append(text[++i]);
            }
            else
            {
                printable.Append(XmlConvert.IsXmlChar(text[i]) ? text[i] : Replacement);
            }
        }

        return printable.ToString();
    }

    /// <summary>The text, shortened in the middle where it would leave a chart no space; the page's tables have it in full.</summary>
    public static string Short(string text)
    {
        var whole = new System.Globalization.StringInfo(text);
        var length = whole.LengthInTextElements;
        return length <= LongestInCharts
            ? text
            : $"{whole.SubstringByTextElements(0, LongestInCharts - 9)}…{whole.SubstringByTextElements(length - 8)}";
    }
}
