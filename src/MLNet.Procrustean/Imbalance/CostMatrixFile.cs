using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace MLNet.Procrustean.Imbalance;

/// <summary>Reads a cost matrix from CSV, and says where it is wrong.</summary>
/// <param name="path">The file, for messages.</param>
internal sealed class CostMatrixFile(string path)
{
    /// <inheritdoc cref="CostMatrix.Load"/>
    public static CostMatrix Read(string path) => new CostMatrixFile(path).Of(File.ReadAllLines(path));

    /// <summary>The costs in the lines of a file.</summary>
    /// <exception cref="InvalidDataException">They are not such costs.</exception>
    public CostMatrix Of(IReadOnlyList<string> lines)
    {
        var rows = lines
            .Index()
            .Where(line => !string.IsNullOrWhiteSpace(line.Item))
            .Select(line => (line.Index + 1, Cells(line)))
            .ToList();
        if (rows is not [var (first, header), .. var others])
        {
            throw Wrong("it is empty. The first line names the classes, and each other line one of them and its costs");
        }

        string[] names = [.. header.Skip(1)];
        CheckNames(names, first);
        var costs = new Dictionary<string, ImmutableArray<double>>();
        foreach (var (line, cells) in others)
        {
            var name = cells[0];
            if (!names.Contains(name))
            {
                throw Wrong($"line {line} is of '{name}', which is not one of the classes of the first line: {Listed(names)}");
            }

            if (!costs.TryAdd(name, CostsOf(name, names, cells, line)))
            {
                throw Wrong($"line {line} is the second one of '{name}'");
            }
        }

        string[] missing = [.. names.Where(name => !costs.ContainsKey(name))];
        return missing.Length == 0
            ? new([.. names], [.. names.Select(name => costs[name])])
            : throw Wrong($"there is no line of {Listed(missing)}; there must be one for each class of the first line");
    }

    private void CheckNames(string[] names, int line)
    {
        if (names.Length < 2)
        {
            throw Wrong(
                $"line {line} names {names.Length} classes after its first cell, and there must be two or more; commas separate cells"
            );
        }

        if (names.Any(string.IsNullOrEmpty) || names.Distinct().Count() < names.Length)
        {
            throw Wrong($"line {line} has an empty name, or one that occurs twice: {Listed(names)}");
        }
    }

    private ImmutableArray<double> CostsOf(string name, string[] names, List<string> cells, int line)
    {
        if (cells.Count != names.Length + 1)
        {
            throw Wrong($"line {line} ('{name}') has {cells.Count - 1} costs, and there must be {names.Length}, one for each class");
        }

        return [.. names.Zip(cells.Skip(1), (column, cell) => Cost(column, cell))];

        double Cost(string column, string cell)
        {
            var fault = double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var cost)
                ? CostMatrix.FaultOf(cost, column == name)
                : $"'{cell}' is not a number with a decimal point";
            return fault is null ? cost : throw Wrong($"in line {line} ('{name}'), column '{column}', {fault}");
        }
    }

    // The cells of a line, which may stand in double quotes; two of these within them are one.
    private List<string> Cells((int Index, string Text) line)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Text.Length; i++)
        {
            var here = line.Text[i];
            if (here == '"' && quoted && i + 1 < line.Text.Length && line.Text[i + 1] == '"')
            {
                cell.Append(here);
                i++;
            }
            else if (here == '"')
            {
                quoted = !quoted;
            }
            else if (here == ',' && !quoted)
            {
                cells.Add(cell.ToString().Trim());
                cell.Clear();
            }
            else
            {
                cell.Append(here);
            }
        }

        cells.Add(cell.ToString().Trim());
        return quoted ? throw Wrong($"line {line.Index + 1} has a quotation mark that is not closed") : cells;
    }

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));

    private InvalidDataException Wrong(string what) => new($"The cost matrix '{path}' cannot be read: {what}.");
}
