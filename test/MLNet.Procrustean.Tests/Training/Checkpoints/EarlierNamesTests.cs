using System.Text.Json.Nodes;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training;
using MLNet.Procrustean.Training.Checkpoints;

namespace MLNet.Procrustean.Tests.Training.Checkpoints;

/// <summary>Checkpoints of format version 2 hold today's settings under earlier names.</summary>
public sealed class EarlierNamesTests
{
    private static readonly Dictionary<string, string> NamesOfOptions = new()
    {
        ["LongestGradient"] = nameof(ImageClassifierOptions.MaxGradientNorm),
        ["Schedule"] = nameof(ImageClassifierOptions.LearningRateSchedule),
        ["StartFrom"] = nameof(ImageClassifierOptions.InitialWeights),
        ["ValidationFraction"] = nameof(ImageClassifierOptions.ValidationSetFraction),
    };

    private static IEnumerable<TestCaseData> Strategies =>
        [
            new(
                "MajorFeatureWeakening { Depth = stage 2, SmallestShare = 0.6, Exponent = 2, PartnerGradient = True, MixedFraction = 1 }",
                new MajorFeatureWeakening { MinLambda = 0.6, Gamma = 2 }
            ),
            new("ClassBalancedDraw { Exponent = 0.5 }", new ClassBalancedSampling { Q = 0.5 }),
            new("VectorScaling { Exponent = 0.1, Strength = 1 }", new VectorScaling()),
            new("Remix { Concentration = 1, CountRatio = 3, ShareLimit = 0.5 }", new Remix()),
            new(
                "Combined { First = Mixup { Concentration = 1, Depth = any stage }, "
                    + "Second = LabelDistributionAwareMargin { LargestMargin = 0.5 } }",
                new Combined(new Mixup { Depth = MixingDepth.AnyStage }, new LabelDistributionAwareMargin())
            ),
        ];

    [TestCaseSource(nameof(Strategies))]
    public void Translate_StrategyByItsEarlierNames_GivesWhatItPrintsToday(string earlier, TrainingStrategy strategy) =>
        Assert.That(EarlierNames.Translate(new() { ["Strategy"] = earlier })["Strategy"], Is.EqualTo(strategy.ToString()));

    [Test]
    public void Translate_ClassesNamedLikeAnOption_KeepTheirNames() =>
        Assert.That(
            EarlierNames.Translate(new() { [TrainingSettings.Classes] = "'Schedule', 'Strength'" })[TrainingSettings.Classes],
            Is.EqualTo("'Schedule', 'Strength'")
        );

    [Test]
    public void Fit_CheckpointOfFormatVersion2_EndsAsIfNeverInterrupted()
    {
        using var training = new CheckpointedTraining();
        training.Cancel(step: 7);
        var file = training.Files[^1];
        var earlier = ForgedModel.Of(File.ReadAllBytes(file), (texts, _) =>
        {
            texts["format_version"] = "2";
            texts["moment"] = NamesOfOptions.Aggregate(texts["moment"], (moment, name) =>
                moment.Replace($"\"{name.Value}\"", $"\"{name.Key}\"")
            );
            Assert.That(NamesOfOptions.Keys.All(name => texts["moment"].Contains(name, StringComparison.Ordinal)), Is.True);
            var later = JsonNode.Parse(texts["moment"])!.AsObject();
            Assert.That(later.Remove(nameof(TrainingMoment.Preparation)), Is.True);
            texts["moment"] = later.ToJsonString();
        });
        File.WriteAllBytes(file, earlier);
        var steps = 0;

        var resumed = training.Result(training.Fit(training.Options, inStep: _ => steps++));

        Assert.That(steps, Is.EqualTo(CheckpointedTraining.Steps - 7));
        Assert.That(resumed, Is.EqualTo(training.Uninterrupted()));
    }
}
