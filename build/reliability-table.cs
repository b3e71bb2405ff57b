#:property PublishAot=false
#:property NoWarn=CA1305;CA1050;CA1852;IDE0005

using System.Globalization;

// Writes what the reliability tests recorded (see FaultsTried) as the list of docs/reliability.md; build/reliability.sh calls it:
//   dotnet run build/reliability-table.cs -- RECORDS_FILE docs/reliability.md
const string Begin = "<!-- The list is written by build/reliability.sh. -->",
    End = "<!-- End of the list. -->";
const int Columns = 140; // the longest line of the repository's text

var areas = File.ReadAllLines(args[0])
    .Select(line => line.Split('|'))
    .Select(cells => (Area: cells[0], Fault: cells[1], Tried: long.Parse(cells[2]), Outcome: cells[3], Test: cells[4].Split('(')[0]))
    .GroupBy(
        record => (record.Area, record.Fault, record.Test),
        (key, cases) => (key.Area, key.Fault, Tried: cases.Sum(one => one.Tried), cases.First().Outcome, Class: key.Test.Split('.')[^2])
    )
    .GroupBy(entry => (entry.Area, entry.Fault), (_, tests) => tests.MaxBy(entry => entry.Tried))
    .OrderBy(entry => entry.Fault, StringComparer.Ordinal)
    .GroupBy(
        entry => entry.Area,
        entry => Wrapped($"- **{entry.Fault}** ({Times(entry.Tried)}, `{entry.Class}`): {entry.Outcome}"),
        (area, entries) => $"## {area}\n\n{string.Join('\n', entries)}\n\n"
    )
    .Order(StringComparer.Ordinal);

var page = File.ReadAllText(args[1]);
var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
if (from < 0 || to < from)
{
    Console.Error.WriteLine($"{args[1]} has no place for the list: it needs the lines {Begin} and {End}.");
    return 1;
}

File.WriteAllText(args[1], $"{page[..from]}{Begin}\n\n{string.Concat(areas)}{page[to..]}");
return 0;

static string Times(long tried) => tried == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{tried:N0} times");

// An item of a list in Markdown, whose further lines are indented like its text.
static string Wrapped(string item) =>
    item.Split(' ')
        .Aggregate((Text: "", Column: 0), (lines, word) => lines.Column == 0 ? (word, word.Length)
            : lines.Column + 1 + word.Length <= Columns ? ($"{lines.Text} {word}", lines.Column + 1 + word.Length)
            : ($"{lines.Text}\n  {word}", 2 + word.Length))
        .Text;
