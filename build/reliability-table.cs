#:property PublishAot=false
#:property NoWarn=CA1305;CA1050;CA1852;IDE0005

// Writes the rows that tests of reliability left (see FaultsTried) as the table of docs/reliability.md; build/reliability.sh calls it:
//   dotnet run build/reliability-table.cs -- ROWS_FILE docs/reliability.md
const string Begin = "<!-- The table is written by build/reliability.sh. -->",
    End = "<!-- End of the table. -->";

var rows = File.ReadAllLines(args[0])
    .Select(line => line.Split('|'))
    .Select(cells => (Area: cells[0], Fault: cells[1], Tried: long.Parse(cells[2]), Outcome: cells[3], Test: cells[4]))
    .GroupBy(
        row => (row.Area, row.Fault, Test: ShortName(row.Test)),
        (key, cases) => (key.Area, key.Fault, Tried: cases.Sum(row => row.Tried), cases.First().Outcome, key.Test)
    )
    .GroupBy(row => (row.Area, row.Fault), (_, tests) => tests.MaxBy(row => row.Tried))
    .OrderBy(row => row.Area, StringComparer.Ordinal)
    .ThenBy(row => row.Fault, StringComparer.Ordinal);

var table = string.Join('\n', rows.Select(row => $"| {row.Area} | {row.Fault} | {row.Tried:N0} | {row.Outcome} | `{row.Test}` |"));
var page = File.ReadAllText(args[1]);
var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
if (from < 0 || to < from)
{
    Console.Error.WriteLine($"{args[1]} has no place for the table: it needs the lines {Begin} and {End}.");
    return 1;
}

File.WriteAllText(
    args[1],
    $"{page[..from]}{Begin}\n\n| area | fault | tried | outcome | test |\n|---|---|---|---|---|\n{table}\n\n{page[to..]}"
);
return 0;

// Class.Method, without the namespaces before and the arguments behind.
static string ShortName(string name) => string.Join('.', name.Split('(')[0].Split('.')[^2..]);
