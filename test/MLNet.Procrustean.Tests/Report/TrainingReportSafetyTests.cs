using System.Xml.Linq;

namespace MLNet.Procrustean.Tests.Report;

public sealed class TrainingReportSafetyTests
{
    private const string Hostile = "<script>alert(1)</script>\" onload='x' &amp; ]]>";

    [Test]
    public void ToHtml_HostileNames_StayText()
    {
        var run = new MadeUpRuns([Hostile, "\u0001\uD800 control", "</style>", "日本語 𝒳"], [400, 300, 20, 10]).Run(Hostile, 0, 1) with
        {
            Settings = [new(Hostile, Hostile)],
        };

        var page = ReportPage.Parse(TrainingReport.ToHtml([run], Hostile));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(page.Descendants().Where(element => element.Name.LocalName == "script"), Is.Empty);
            Assert.That(
                page.Descendants()
                    .Attributes()
                    .Where(attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase)),
                Is.Empty
            );
            Assert.That(page.Descendants("h1").Single().Value, Is.EqualTo(Hostile));
            Assert.That(
                page.Descendants("th").Select(head => head.Value),
                Does.Contain(Hostile).And.Contain("日本語 𝒳").And.Contain("\uFFFD\uFFFD control")
            );
        }
    }

    [Test]
    public void ToHtml_Page_LoadsNothing()
    {
        var html = TrainingReport.ToHtml([MadeUpRuns.Step.Run("a", 0, 1), MadeUpRuns.Step.Run("b", 1, 2)], "A report");
        var page = ReportPage.Parse(html);
        string[] loading = ["script", "link", "img", "image", "iframe", "object", "embed", "base", "use", "audio", "video", "source"];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(page.Descendants().Where(element => loading.Contains(element.Name.LocalName)), Is.Empty);
            Assert.That(
                page.Descendants()
                    .Where(element => element.Name.LocalName != "a")
                    .Attributes()
                    .Where(attribute =>
                        !attribute.IsNamespaceDeclaration
                        && attribute.Value.Contains("http", StringComparison.Ordinal)
                        && attribute.Name.LocalName != "http-equiv"
                    ),
                Is.Empty
            );
            Assert.That(page.Descendants("style").Single().Value, Does.Not.Contain("url(").And.Not.Contain("@import"));
            Assert.That(html, Does.Not.Contain("&gt;").And.Not.Contain("&amp;")); // a style sheet does not unescape them
        }
    }

    [Test]
    public void ToHtml_EmptyElements_AreOnlyThoseThatHtmlKnows()
    {
        // <td /> opens a cell in HTML and never closes it.
        string[] allowed = ["meta", "br"];
        var page = ReportPage.Of(MadeUpRuns.Step.Run("a", 0, 1), MadeUpRuns.Step.Run("b", 1, 2));
        Assert.That(
            page.DescendantsAndSelf()
                .Where(element =>
                    element.IsEmpty && element.Name.Namespace == XNamespace.None && !allowed.Contains(element.Name.LocalName)
                ),
            Is.Empty
        );
    }

    [Test]
    public void ToHtml_NoRun_Throws() =>
        Assert.That(
            () => TrainingReport.ToHtml([], "A report"),
            Throws.ArgumentException.With.Message.StartsWith("There is no run to report")
        );

    [Test]
    public void ToHtml_DifferentClasses_Throws() =>
        Assert.That(
            () => TrainingReport.ToHtml([MadeUpRuns.Step.Run("a", 0, 1), MadeUpRuns.Natural.Run("b", 0, 1)], "A report"),
            Throws.ArgumentException.With.Message.StartsWith("Runs 'a' and 'b' have different classes")
        );

    [Test]
    public void ToHtml_DiagnosticsOfOtherClasses_Throws()
    {
        var run = MadeUpRuns.Step.Run("a", 0, 1);
        run = run with { Diagnostics = run.Diagnostics! with { FeatureDeviation = [1, 2, 3] } };
        Assert.That(
            () => TrainingReport.ToHtml([run], "A report"),
            Throws.ArgumentException.With.Message.StartsWith("Run 'a' has 10 classes and 3 feature deviations;")
        );
    }

    [Test]
    public void TrainedRun_EmptyName_Throws() =>
        Assert.That(
            () =>
                new TrainedRun
                {
                    Name = " ",
                    Metrics = new ImbalanceMetrics(
                        ["a", "b"],
                        null,
                        [
                            [1, 0],
                            [0, 1],
                        ]
                    ),
                },
            Throws.ArgumentException.With.Message.Contains("empty name")
        );
}
