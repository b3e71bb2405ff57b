using System.Globalization;
using Microsoft.VisualBasic.FileIO;

namespace Benchmark;

/// <summary>The runs done so far, one line each in a CSV file; a run is on disk before the next one begins.</summary>
internal sealed class ResultsFile
{
    private const string Header =
        "part,strategy,seed,macro_accuracy,micro_accuracy,g_mean,major_recall,minor_recall,seconds,settings,versions";
    private readonly string path;
    private readonly List<RunRow> rows = [];

    /// <exception cref="FormatException">The file is not a results file, or a line of it is damaged.</exception>
    public ResultsFile(string path)
    {
        this.path = path;
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.WriteAllText(path, Header + "\n");
            return;
        }

        var lines = File.ReadAllLines(path);
        if (lines.Length == 0 || lines[0] != Header)
        {
            throw new FormatException(
                $"{path} is not a results file of this program: its first line is not '{Header}'. Name another file."
            );
        }

        rows.AddRange(
            lines
                .Skip(1)
                .Select(
                    (line, index) =>
                        Read(line)
                        ?? throw new FormatException(
                            $"Line {index + 2} of {path} is damaged: '{line}'. Remove it, and the run is done again."
                        )
                )
        );
    }

    public RunRow? Find(RunKey key) => rows.Find(row => row.Key == key);

    public void Add(RunRow row)
    {
        rows.Add(row);
        File.AppendAllText(path, Write(row) + "\n");
    }

    private static string Write(RunRow row) =>
        string.Join(
            ',',
            [
                row.Key.Part.ToString(),
                Quoted(row.Key.Strategy),
                row.Key.Seed.ToString(CultureInfo.InvariantCulture),
                .. new[] { row.MacroAccuracy, row.MicroAccuracy, row.GMean, row.MajorRecall, row.MinorRecall, row.Seconds }.Select(number =>
                    number.ToString("R", CultureInfo.InvariantCulture)
                ),
                Quoted(row.Key.Settings),
                Quoted(row.Versions),
            ]
        );

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static RunRow? Read(string line)
    {
        try
        {
            var cells = Cells(line);
            double Number(int cell) => double.Parse(cells[cell], CultureInfo.InvariantCulture);
            return cells.Length != 11
                ? null
                : new(new(cells[9], cells[1], Enum.Parse<Part>(cells[0]), int.Parse(cells[2], CultureInfo.InvariantCulture)))
                {
                    MacroAccuracy = Number(3),
                    MicroAccuracy = Number(4),
                    GMean = Number(5),
                    MajorRecall = Number(6),
                    MinorRecall = Number(7),
                    Seconds = Number(8),
                    Versions = cells[10],
                };
        }
        catch (Exception problem) when (problem is FormatException or ArgumentException or OverflowException or MalformedLineException)
        {
            return null;
        }
    }

    private static string[] Cells(string line)
    {
        using var parser = new TextFieldParser(new StringReader(line)) { Delimiters = [","], HasFieldsEnclosedInQuotes = true };
        return parser.ReadFields() ?? [];
    }
}
