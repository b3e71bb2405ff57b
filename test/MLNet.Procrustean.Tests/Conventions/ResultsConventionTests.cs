using System.Text.RegularExpressions;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Conventions;

/// <summary>The measurements in docs, and the commands that repeat them.</summary>
public sealed class ResultsConventionTests
{
    [Test]
    public void Settings_OfEachRun_NameTheDataOnce()
    {
        var runs = Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "docs", "results"), "*.csv")
            .SelectMany(path => File.ReadLines(path).Skip(1).Select(line => $"{Path.GetFileName(path)}: {line}"))
            .ToList();
        Assert.That(runs, Has.Count.GreaterThan(500));
        Assert.That(runs.Where(run => Regex.Count(run, @"\bdata=") != 1), Is.Empty);
    }

    [Test]
    public void Folders_OfImages_AreWrittenByOneCommandEach()
    {
        var folders = Repository
            .Texts.Where(file => file.Path.EndsWith(".md", StringComparison.Ordinal))
            .SelectMany(page => Regex.Matches(page.Text, @"fashion-mnist-folder\.cs -- IDX_FOLDER (\S+) .*"))
            .DistinctBy(command => command.Value)
            .Select(command => command.Groups[1].Value)
            .ToList();
        Assert.That(folders, Has.Count.GreaterThan(3));
        Assert.That(folders, Is.Unique);
    }
}
