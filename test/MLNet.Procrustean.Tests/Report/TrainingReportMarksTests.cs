using System.Globalization;
using System.Xml.Linq;
using MLNet.Procrustean.Report.Plots;

namespace MLNet.Procrustean.Tests.Report;

/// <summary>Counts what can be seen in the charts: a chart without its marks is valid SVG, and nothing else would notice.</summary>
public sealed class TrainingReportMarksTests
{
    private const int Classes = 6;
    private const int Epochs = 12;

    [Test]
    public void ToHtml_ClassCountsBelowImbalance20_HaveABarForEachClassAsLongAsItsCount([Values(1, 2, 10, 19)] int imbalance)
    {
        var counts = Counts(imbalance);
        var bars = Visible(Chart(Page(imbalance), "counts"), "rect").Select(bar => (double)bar.Attribute("width")!).ToList();
        Assert.That(bars, Has.Count.EqualTo(Classes));
        Assert.That(bars.Select(bar => bar / bars[0]), Is.EqualTo(counts.Select(count => (double)count / counts[0])).Within(0.01));
    }

    [Test]
    public void ToHtml_ClassCountsFromImbalance20On_HaveADotOnAStemForEachClass([Values(20, 100)] int imbalance)
    {
        var chart = Chart(Page(imbalance), "counts");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Visible(chart, "ellipse").Count(), Is.EqualTo(Classes));
            Assert.That(Visible(chart, "polyline").Count(line => Style(line).Contains("stroke-width:1.5")), Is.EqualTo(Classes));
        }
    }

    [Test]
    public void ToHtml_ValuesOfClasses_HaveADotForEachClassAndRun(
        [Values(1, 2, 10, 19, 20, 100)] int imbalance,
        [Values("recall", "deviation")] string section
    ) => Assert.That(Dots(Chart(Page(imbalance), section)), Is.EqualTo(2 * Classes));

    [Test]
    public void ToHtml_ClassifierNorms_HaveADotForEachClassAndRunAndForThePredictionOfBoth([Values(2, 10, 19, 20, 100)] int imbalance) =>
        Assert.That(Dots(Chart(Page(imbalance), "norms")), Is.EqualTo((2 + 1) * Classes));

    [TestCase("robustness", 2)]
    [TestCase("norms", 1)]
    public void ToHtml_ManyClasses_HollowValuesAreHollowAndThinInChartAndLegend(string section, int hollow)
    {
        var runs = MadeUpRuns.Many(30);
        var shown = ReportPage.Section(ReportPage.Of(runs.Run("a", 0.2, seed: 1), runs.Run("b", 0.8, seed: 2)), section);
        var chart = ReportPage.Charts(shown).Single().Descendants().ToList();
        var legend = shown.Descendants("ul").Single(list => (string?)list.Attribute("class") == "legend").Descendants().ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((Marks("fill:none"), Marks("fill:rgb")), Is.EqualTo((hollow * 30, 2 * 30)));
            Assert.That(chart.Count(line => Style(line).Contains("stroke-width:1.1")), Is.EqualTo(hollow));
            Assert.That(legend.Count(mark => (string?)mark.Attribute("fill") == "#fff"), Is.EqualTo(hollow));
            Assert.That(legend.Count(line => (string?)line.Attribute("stroke-width") == "1.1"), Is.EqualTo(hollow));
            Assert.That(legend.Count(entry => entry.Name.LocalName == "li"), Is.EqualTo(2 + hollow));
        }

        int Marks(string fill) =>
            chart.Count(shape =>
                shape.Name.LocalName is "ellipse" or "rect" or "polygon"
                && Style(shape).Any(style => style.StartsWith(fill, StringComparison.Ordinal))
            );
    }

    [Test]
    public void ToHtml_ValuesOfEpochs_HaveAMarkForEachEpochAndRunAndALineForEachRun(
        [Values(2, 10, 19, 20, 100)] int imbalance,
        [Values("leakage", "gradients")] string section
    )
    {
        var chart = Chart(Page(imbalance), section);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Dots(chart), Is.EqualTo(2 * Epochs));
            Assert.That(Lines(chart), Is.EqualTo(2));
        }
    }

    [Test]
    public void ToHtml_ValuesOf200Epochs_HaveAMarkForEachFifthAndSaySo([Values("leakage", "gradients", "progress")] string section)
    {
        var page = ReportPage.Of(Run(10, "a", seed: 1, epochs: 200), Run(10, "b", seed: 2, epochs: 200));
        using (Assert.EnterMultipleScope())
        {
            var text = ReportPage.Section(page, section).Value;
            Assert.That(text, Does.Contain("Each point is the median of 5 consecutive measurements."));
            Assert.That(ReportPage.Section(Page(10), section).Value, Does.Not.Contain("median"));
            if (section != "progress")
            {
                Assert.That(Dots(Chart(page, section)), Is.EqualTo(2 * 40));
            }
        }
    }

    [Test]
    public void ToHtml_Progress_HasALineForEachClassOfEachRun([Values(2, 10, 19, 20, 100)] int imbalance)
    {
        var charts = ReportPage.Charts(ReportPage.Section(Page(imbalance), "progress")).ToList();
        Assert.That(charts, Has.Count.EqualTo(2));
        Assert.That(charts.Select(Lines), Is.All.AtLeast(Classes));
    }

    [Test]
    public void ToHtml_NewRule_IsMarkedInTheChartsOfItsRunAndToldInWords()
    {
        var run = Run(10, "a", seed: 1);
        var changed = run with
        {
            Name = "changing",
            Epochs = [.. run.Epochs.Select(report => report with { RuleChange = report.Epoch == 9 ? "another loss <b>" : null })],
        };
        var progress = ReportPage.Section(ReportPage.Of(run, changed), "progress");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                ReportPage.Charts(progress).Select(chart => Texts(chart).Count(text => text == "new rule")),
                Is.EqualTo(new[] { 0, 1 })
            );
            Assert.That(progress.Value, Does.Contain("changing, from epoch 9 on: another loss <b>."));
            Assert.That(Texts(Chart(ReportPage.Of(run, changed), "leakage")), Has.One.EqualTo("new rule"));
        }
    }

    [Test]
    public void ToHtml_NoNewRule_MarksNone() => Assert.That(Page(10).Value, Does.Not.Contain("new rule").And.Not.Contain("another rule"));

    [Test]
    public void ToHtml_EveryChart_HasAtLeastTwoNumbersOnEachAxis([Values(1, 2, 10, 19, 20, 100)] int imbalance)
    {
        var charts = ReportPage.Charts(Page(imbalance)).ToList();
        Assert.That(charts, Has.Count.AtLeast(7));
        foreach (var (chart, anchor) in charts.SelectMany(chart => new[] { "end", "middle" }.Select(anchor => (chart, anchor))))
        {
            // At the left axis texts end, at the bottom their middle is at the tick.
            var numbers = chart.Descendants().Count(text => (string?)text.Attribute("text-anchor") == anchor && IsNumber(text.Value));
            Assert.That(numbers, Is.Zero.Or.AtLeast(2), chart.ToString());
        }
    }

    [Test]
    public void Ticks_AnyRange_AreThreeOrMoreWithinItAndAscending(
        [Values(0.001, 0.08, 0.8, 0.97, 1, 3, 47, 7300)] double smallest,
        [Values(1.05, 1.25, 1.5625, 2.4, 5, 30, 900, 100_000)] double ratio
    )
    {
        var ticks = RoundLogarithmicAxis.Ticks(smallest, smallest * ratio);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ticks, Has.Length.InRange(3, 13));
            Assert.That(ticks, Is.All.InRange(smallest * (1 - 1e-12), smallest * ratio * (1 + 1e-12)));
            Assert.That(ticks, Is.Ordered.Ascending.And.Unique);
        }
    }

    [TestCase(0.8, 1.25, new[] { 0.8, 1, 1.2 })]
    [TestCase(0.8, 30, new[] { 1.0, 2, 5, 10, 20 })]
    [TestCase(0.8, 90_000, new[] { 1.0, 10, 100, 1000, 10_000 })]
    public void Ticks_Range_AreRound(double smallest, double largest, double[] expected) =>
        Assert.That(RoundLogarithmicAxis.Ticks(smallest, largest), Is.EqualTo(expected).Within(1e-9));

    [Test]
    public void ToHtml_GradientRatiosNearOne_HaveThreeTicks()
    {
        var run = Run(2, "a", seed: 1);
        run = run with
        {
            Epochs = [.. run.Epochs.Select(report => report with { Diagnostics = report.Diagnostics! with { GradientRatio = 1.01 } })],
        };
        var chart = ReportPage.Charts(ReportPage.Section(ReportPage.Of(run), "gradients")).Single();
        Assert.That(Texts(chart), Is.SupersetOf(new[] { "0.8", "1", "1.2" }));
    }

    private static long[] Counts(int imbalance) => [.. Enumerable.Range(0, Classes).Select(c => c < Classes / 2 ? 10L * imbalance : 10)];

    private static TrainedRun Run(int imbalance, string name, int seed, int epochs = Epochs) =>
        new MadeUpRuns([.. Enumerable.Range(0, Classes).Select(c => $"class {c}")], Counts(imbalance)).Run(name, 0.5, seed, epochs);

    private static XElement Page(int imbalance) => ReportPage.Of(Run(imbalance, "a", seed: 1), Run(imbalance, "b", seed: 2));

    private static XElement Chart(XElement page, string section) => ReportPage.Charts(ReportPage.Section(page, section)).Single();

    private static IEnumerable<string> Texts(XElement chart) =>
        chart.Descendants().Where(element => element.Name.LocalName == "text").Select(text => text.Value);

    private static string[] Style(XElement shape) => ((string?)shape.Attribute("style") ?? "").Split(';');

    private static IEnumerable<XElement> Visible(XElement chart, string shape) =>
        chart.Descendants().Where(element => element.Name.LocalName == shape && Style(element).Any(IsPaint));

    private static bool IsPaint(string style) =>
        style.StartsWith("fill:rgb", StringComparison.Ordinal) || style.StartsWith("stroke:rgb", StringComparison.Ordinal);

    // Runs have marks of different shapes.
    private static int Dots(XElement chart) =>
        Visible(chart, "ellipse").Count() + Visible(chart, "rect").Count() + Visible(chart, "polygon").Count();

    // The grid's lines are thinner.
    private static int Lines(XElement chart) =>
        Visible(chart, "polyline").Count(line => !Style(line).Contains("stroke-width:1") && !Style(line).Contains("stroke-width:1.5"));

    private static bool IsNumber(string text) =>
        double.TryParse(text.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
