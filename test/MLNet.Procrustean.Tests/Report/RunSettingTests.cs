using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Report;

public sealed class RunSettingTests
{
    private static readonly TestCaseData[] Changes =
    [
        Case(options => options with { FrozenStages = 2 }, "Frozen stages", "2"),
        Case(options => options with { HeadEpochs = 3 }, "Head epochs", "3"),
        Case(options => options with { KeepsStatistics = true }, "Batch normalisation", "keeps its statistics"),
        Case(options => options with { InitialShare = 0.25 }, "Share of initial weights", "0.25"),
        Case(options => options with { LayerDecay = 0.5 }, "Layer decay", "0.5"),
        Case(options => options with { Optimizer = Optimizer.Adam }, "Optimizer", "Adam"),
        Case(options => options with { MaxGradientNorm = 1.5 }, "Largest gradient norm", "1.5"),
        Case(options => options with { BatchParts = 4 }, "Batch parts", "4"),
        Case(options => options with { Precision = Precision.Fp32 }, "Precision", "Fp32"),
        Case(options => options with { AspectRatio = AspectRatio.Pad }, "Aspect ratio", "Pad"),
        Case(options => options with { AverageFlips = true }, "Mirror images averaged", "True"),
        Case(options => options with { ValidationSetFraction = 0.1 }, "Held out for validation", "0.1"),
    ];

    [TestCaseSource(nameof(Changes))]
    public void Of_OneOptionThatFewSet_IsShownWhereItIsNotTheDefault(
        Func<ImageClassifierOptions, ImageClassifierOptions> change,
        string name,
        string value
    )
    {
        var usual = RunSetting.Of(new());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(RunSetting.Of(change(new())).Except(usual), Does.Contain(new RunSetting(name, value)));
            Assert.That(usual.Select(setting => setting.Name), Has.None.EqualTo(name));
        }
    }

    [Test]
    public void Of_WeightsOfTwoModelsOfOneKind_Differ()
    {
        using var other = TinyModel.Shared.Classifier.WithClassifier((weight, bias) => (weight + 1, bias + 1));
        string[] shown = [WeightsShown(null), WeightsShown(TinyModel.Shared.Classifier), WeightsShown(other)];
        Assert.That(shown, Is.Unique);
    }

    private static string WeightsShown(ImageClassifierModel? model) =>
        RunSetting.Of(new() { InitialWeights = model }).SingleOrDefault(setting => setting.Name == "Initial weights")?.Value ?? "not shown";

    private static TestCaseData Case(Func<ImageClassifierOptions, ImageClassifierOptions> change, string name, string value) =>
        new TestCaseData(change, name, value).SetArgDisplayNames(name);
}
