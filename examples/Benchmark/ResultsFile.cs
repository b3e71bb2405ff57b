using System.Globalization;
using Microsoft.VisualBasic.FileIO;

namespace Benchmark;

/// <summary>
/// The runs done so far, one line each in a CSV file; a run is on disk before the next one begins. Runs in the files of shares beside it
/// are done too.
/// </summary>
internal sealed class ResultsFile
{
    private const string Header =
        "part,strategy,seed,macro_accuracy,micro_accuracy,g_mean,major_recall,minor_recall,seconds,settings,versions";
    private readonly string path;
    private readonly string pathOfAll;
    private readonly List<RunRow> rows;

    /// <param name="path">The file of all runs.</param>
    /// <param name="share">The share that is done here, into a file of its own; null for all runs.</param>
    /// <exception cref="FormatException">The file is not a results file, or a line of it is damaged.</exception>
    public ResultsFile(string path, Share? share)
    {
        pathOfAll = path;
        this.path = share?.FileBeside(path) ?? path;
        if (!File.Exists(this.path) || IsBegun(File.ReadAllText(this.path)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.WriteAllText(this.path, Header + "\n");
        }

        rows = ReadAll(this.path);
        RemoveUnfinishedLine(this.path);
        ReadOthers();
    }

    public RunRow? Find(RunKey key) => rows.Find(row => row.Key == key);

    public void Add(RunRow row)
    {
        rows.Add(row);
        File.AppendAllText(path, Write(row) + "\n"); // at once: another process never sees a part of it
    }

    /// <summary>Takes the runs that other shares have done meanwhile; a share may have begun after this one.</summary>
    public void ReadOthers()
    {
        var others = Share.FilesBeside(pathOfAll).Append(pathOfAll).Where(file => Path.GetFullPath(file) != Path.GetFullPath(path));
        rows.AddRange(others.Where(File.Exists).SelectMany(ReadAll).Where(row => Find(row.Key) is null).ToList());
    }

    // A line without an end is one that a killed process, or a full disk, has left; its run is done again.
    private static List<RunRow> ReadAll(string path)
    {
        var text = File.ReadAllText(path);
        if (IsBegun(text))
        {
            return []; // by another share, just now
        }

        var lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || lines[0].TrimEnd('\r') != Header)
        {
            throw new FormatException(
                $"{path} is not a results file of this program: its first line is not '{Header}'. Name another file."
            );
        }

        return
        [
            .. lines
                .Skip(1)
                .Select(
                    (line, index) =>
                        Read(line.TrimEnd('\r'))
                        ?? throw new FormatException(
                            $"Line {index + 2} of {path} is damaged: '{line}'. Remove it, and the run is done again."
                        )
                ),
        ];
    }

    private static bool IsBegun(string text) => Header.StartsWith(text, StringComparison.Ordinal);

    private static void RemoveUnfinishedLine(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        while (file.Length > 0)
        {
            file.Position = file.Length - 1;
            if (file.ReadByte() == '\n')
            {
                return;
            }

            file.SetLength(file.Length - 1);
        }
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
        using var parser = new TextFieldParser(new StringReader(line))
        {
            Delimiters = [","],
            HasFieldsEnclosedInQuotes = true,
            TrimWhiteSpace = false,
        };
        return parser.ReadFields() ?? [];
    }
}
