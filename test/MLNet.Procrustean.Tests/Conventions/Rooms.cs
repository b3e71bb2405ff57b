using System.Text.RegularExpressions;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Conventions;

/// <summary>The folders of a project under src, and which of them use the types of which others.</summary>
internal sealed partial class Rooms
{
    private readonly List<(string Path, string Room, string Code)> files;
    private readonly Dictionary<string, string> roomOf;

    public Rooms(string project)
    {
        var root = $"src/{project}/";
        files =
        [
            .. Repository
                .Sources.Where(source => source.Path.StartsWith(root, StringComparison.Ordinal))
                .Select(source => (source.Path, Room(source.Path[root.Length..]), Comments().Replace(source.Text, ""))),
        ];
        roomOf = files
            .SelectMany(file => Declarations().Matches(file.Code).Select(match => (Type: match.Groups["name"].Value, file.Room)))
            .DistinctBy(found => found.Type)
            .ToDictionary(found => found.Type, found => found.Room);
        Uses = [.. files.SelectMany(UsesOf).Distinct()];
    }

    /// <summary>The folders; the name of the root is empty.</summary>
    public IEnumerable<string> All => files.Select(file => file.Room).Distinct();

    public IReadOnlyCollection<string> Types => roomOf.Keys;

    /// <summary>Each use of a type in another folder than its own, and each import of another folder's namespace.</summary>
    public IReadOnlyList<Use> Uses { get; }

    /// <summary>The folders that can be reached from themselves: each is part of a cycle.</summary>
    public IEnumerable<string> InCircles()
    {
        var used = Uses.ToLookup(use => use.From, use => use.To);
        return All.Where(room => Reached(room).Contains(room));

        HashSet<string> Reached(string start)
        {
            var reached = new HashSet<string>();
            var open = new Stack<string>(used[start]);
            while (open.TryPop(out var room))
            {
                if (reached.Add(room))
                {
                    used[room].ToList().ForEach(open.Push);
                }
            }

            return reached;
        }
    }

    private IEnumerable<Use> UsesOf((string Path, string Room, string Code) file)
    {
        var types = Names().Matches(file.Code).Select(match => match.Value).Where(roomOf.ContainsKey).Select(type => (type, roomOf[type]));
        var imports = Imports().Matches(file.Code).Select(match => match.Groups["room"].Value.Replace('.', '/'));
        return types
            .Concat(imports.Where(All.Contains).Select(room => ($"using {room}", room)))
            .Where(use => use.Item2 != file.Room)
            .Select(use => new Use(file.Path, file.Room, use.Item1, use.Item2));
    }

    private static string Room(string path) => Path.GetDirectoryName(path)!.Replace('\\', '/');

    [GeneratedRegex(@"//.*")]
    private static partial Regex Comments();

    [GeneratedRegex(
        @"^(public|internal|file) [\w ]*?(class|struct|record|enum|interface|delegate [\w<>?]+) (?<name>\w+)",
        RegexOptions.Multiline
    )]
    private static partial Regex Declarations();

    // A name that is not a member of another one, not a named argument or a property that is set, and not a value of an enumeration.
    [GeneratedRegex(@"(?<![\w.""@])[A-Z]\w*\b(?!\s*(=(?![=>])|:(?!:)))")]
    private static partial Regex Names();

    [GeneratedRegex(@"^using (static )?MLNet\.Procrustean(\.Report)?\.(?<room>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Imports();
}

/// <summary>A file of one folder uses a type of another folder.</summary>
internal sealed record Use(string File, string From, string Type, string To);
