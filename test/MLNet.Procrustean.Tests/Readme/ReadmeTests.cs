using System.Text.RegularExpressions;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Readme;

public sealed partial class ReadmeTests
{
    [Test]
    public void CSharpBlocks_InTheReadme_AreRegionsOfCompiledCode()
    {
        var source = File.ReadAllText(Path.Combine(Repository.Root, "test", "MLNet.Procrustean.Tests", "Readme", "ReadmeSnippets.cs"));
        var regions = Region().Matches(source).Select(match => Unindented(match.Groups[1].Value)).ToList();
        var blocks = Blocks("csharp");

        Assert.That(blocks, Is.Not.Empty);
        Assert.That(blocks.Except(regions), Is.Empty);
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
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var links = Link()
            .Matches(readme)
            .Select(match => match.Groups[1].Value)
            .Where(link => !link.StartsWith("http", StringComparison.Ordinal) && !link.StartsWith('#'));

        Assert.That(links.Where(link => !Path.Exists(Path.Combine(Repository.Root, link))), Is.Empty);
    }

    private static List<string> Blocks(string language) =>
        [
            .. Regex
                .Matches(File.ReadAllText(Path.Combine(Repository.Root, "README.md")), $"```{language}\n(.*?)```", RegexOptions.Singleline)
                .Select(match => Unindented(match.Groups[1].Value)),
        ];

    private static string Unindented(string code)
    {
        var lines = code.Split('\n').Select(line => line.TrimEnd()).SkipWhile(line => line.Length == 0).ToList();
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : "")).TrimEnd();
    }

    [GeneratedRegex(@"#region \w+\n(.*?)\n\s*#endregion", RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();
}
