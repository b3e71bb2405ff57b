using System.Text.RegularExpressions;
using System.Xml.Linq;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Readme;

public sealed partial class ReadmeTests
{
    [Test]
    public void CSharpBlocks_InTheReadme_AreCompiledCode()
    {
        var snippets = File.ReadAllText(Path.Combine(Repository.Root, "test", "MLNet.Procrustean.Tests", "Readme", "ReadmeSnippets.cs"));
        var program = File.ReadAllText(Path.Combine(Repository.Root, "examples", "FirstProgram", "Program.cs"));
        var compiled = Region().Matches(snippets).Select(match => match.Groups[1].Value).Append(program).Select(WithoutLayout);
        var blocks = Blocks("csharp").ConvertAll(WithoutLayout);

        Assert.That(blocks, Has.Count.GreaterThanOrEqualTo(3));
        Assert.That(blocks, Is.EquivalentTo(compiled));
    }

    [Test]
    public void ShellBlocks_InTheReadme_AreTheCommandsThatTheChecksRun()
    {
        var checks = File.ReadAllText(Path.Combine(Repository.Root, "build", "check.sh"));
        var commands = Blocks("sh").SelectMany(block => block.Split('\n')).Where(line => line.Length > 0 && !line.StartsWith('#')).ToList();

        Assert.That(commands, Has.Count.GreaterThanOrEqualTo(2));
        Assert.That(commands.Where(command => !checks.Contains(command.Split(" #")[0].Trim(), StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Links_InTheReadme_LeadToFiles()
    {
        var links = RelativeLinks(Readme());

        Assert.That(links.Where(link => !Path.Exists(Path.Combine(Repository.Root, link))), Is.Empty);
    }

    [Test]
    public void Links_InTheReadmesOfPackages_LeadSomewhereFromAnyPage()
    {
        var readmes = Repository.Texts.Where(file => Regex.IsMatch(file.Path, "^src/[^/]+/README.md$")).ToList();

        Assert.That(readmes, Has.Count.EqualTo(4));
        Assert.That(readmes.Where(readme => RelativeLinks(readme.Text).Any()).Select(readme => readme.Path), Is.Empty);
    }

    [Test]
    public void FirstProgram_InTheReadmeOfThePackage_IsThatOfTheReadme()
    {
        var readme = Readme("src/MLNet.Procrustean");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(BlocksOf(readme, "csharp"), Is.EqualTo(Blocks("csharp").Take(1)));
            Assert.That(readme, Does.Contain($"version {Version("Directory.Packages.props", "LibTorchVersion")} of `libtorch-cpu-"));
        }
    }

    [Test]
    public void FileLines_InTheReadme_NameTheVersionsOfThisRepository() =>
        Assert.That(
            FileLines().TrimEnd().Split('\n'),
            Is.EqualTo(
                new[]
                {
                    $"#:package MLNet.Procrustean@{Version("Directory.Build.props", "Version")}",
                    $"#:package libtorch-cpu-linux-x64@{Version("Directory.Packages.props", "LibTorchVersion")}",
                    "#:property PublishAot=false",
                }
            )
        );

    /// <summary>What a program of one file has above its code.</summary>
    internal static string FileLines() => Blocks("text").Single(block => block.StartsWith("#:", StringComparison.Ordinal));

    internal static List<string> Blocks(string language) => BlocksOf(Readme(), language);

    /// <summary>Where links of a page lead that only its own folder has.</summary>
    internal static IEnumerable<string> RelativeLinks(string page) =>
        Link()
            .Matches(page)
            .Select(match => match.Groups[1].Value)
            .Where(link => !link.StartsWith("http", StringComparison.Ordinal) && !link.StartsWith('#'));

    private static string Readme(string folder = "") => File.ReadAllText(Path.Combine(Repository.Root, folder, "README.md"));

    private static List<string> BlocksOf(string page, string language) =>
        [.. Regex.Matches(page, $"```{language}\n(.*?)```", RegexOptions.Singleline).Select(match => match.Groups[1].Value)];

    private static string Version(string file, string name) =>
        XDocument.Load(Path.Combine(Repository.Root, file)).Descendants(name).Single().Value;

    // Lines are broken by a program in the code, and by hand in the README.
    private static string WithoutLayout(string code) => Layout().Replace(code, "");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Layout();

    [GeneratedRegex(@"#region \w+\n(.*?)\n\s*#endregion", RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();
}
