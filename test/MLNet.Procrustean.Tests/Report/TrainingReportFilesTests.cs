using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Report;

public sealed class TrainingReportFilesTests
{
    private static readonly TrainedRun[] Runs = [MadeUpRuns.Step.Run("a", 0, 1)];
    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Write_Path_WritesPageAndNumbersBesideIt()
    {
        var path = Path.Combine(folder.Path, "report.html");
        TrainingReport.Write(path, [MadeUpRuns.Natural.Run("earlier", 0, 1)], "Earlier");
        TrainingReport.Write(path, Runs, "A report");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Directory.GetFiles(folder.Path).Select(Path.GetFileName),
                Is.EquivalentTo(new[] { "report.html", "report.csv", "report.json" })
            );
            Assert.That(File.ReadAllText(path), Is.EqualTo(TrainingReport.ToHtml(Runs, "A report")));
            Assert.That(File.ReadAllText(Path.ChangeExtension(path, ".csv")), Is.EqualTo(TrainingReport.ToCsv(Runs)));
            Assert.That(File.ReadAllText(Path.ChangeExtension(path, ".json")), Is.EqualTo(TrainingReport.ToJson(Runs, "A report")));
        }
    }

    [Test]
    public void Write_LastFileCannotBeWritten_LeavesEarlierFilesAndNothingElse()
    {
        var path = Path.Combine(folder.Path, "report.html");
        File.WriteAllText(path, "earlier page");
        File.WriteAllText(Path.ChangeExtension(path, ".csv"), "earlier numbers");
        Directory.CreateDirectory(Path.ChangeExtension(path, ".json"));

        Assert.That(
            () => TrainingReport.Write(path, Runs, "A report"),
            Throws.InstanceOf<IOException>().With.Message.Contains("report.json' is a folder")
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.ReadAllText(path), Is.EqualTo("earlier page"));
            Assert.That(File.ReadAllText(Path.ChangeExtension(path, ".csv")), Is.EqualTo("earlier numbers"));
            Assert.That(Directory.GetFileSystemEntries(folder.Path), Has.Length.EqualTo(3));
        }
    }

    [Test]
    public void Write_FolderIsMissing_Throws() =>
        Assert.That(
            () => TrainingReport.Write(Path.Combine(folder.Path, "missing", "report.html"), Runs, "A report"),
            Throws.InstanceOf<DirectoryNotFoundException>()
        );

    [Test]
    public void Write_PathOfAnotherKind_Throws([Values("report.csv", "report", "report.json")] string name)
    {
        Assert.That(
            () => TrainingReport.Write(Path.Combine(folder.Path, name), Runs, "A report"),
            Throws.ArgumentException.With.Message.Contains("let it end in .html")
        );
        Assert.That(Directory.GetFiles(folder.Path), Is.Empty);
    }

    [Test]
    public void Write_Page_RendersInABrowserWithoutNetworkOrErrors()
    {
        var path = Path.Combine(folder.Path, "report.html");
        TrainingReport.Write(path, [MadeUpRuns.Step.Run("first", 0, 1), MadeUpRuns.Step.Run("second", 0.8, 2)], "A report");
        var picture = Path.Combine(folder.Path, "report.png");

        var (dom, log) = Chromium.Open(path, folder, "--dump-dom");
        Chromium.Open(path, folder, $"--screenshot={picture}", "--window-size=1280,5000");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(log, Does.Not.Contain("CONSOLE")); // a blocked request, a bad policy and an error would all be logged there
            Assert.That(ReportPage.AllSections.Where(id => !dom.Contains($"<section id=\"{id}\">", StringComparison.Ordinal)), Is.Empty);
            Assert.That(dom, Does.Contain("</footer></main>")); // no element swallowed the rest
            Assert.That(new FileInfo(picture).Length, Is.GreaterThan(100_000)); // a blank page of this size has 29 kB
        }
    }
}
