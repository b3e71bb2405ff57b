using Microsoft.ML;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Strategies;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

/// <summary>Extreme numbers of images and classes.</summary>
public sealed class ExtremeNumbersTests
{
    [Category(FaultsTried.Category)]
    [TestCaseSource(typeof(AllStrategies), nameof(AllStrategies.List))]
    public void Train_OneImageInAClass_StaysFiniteAndRepeats(TrainingStrategy strategy)
    {
        using var images = ToyImages.Of(17, 1, 1);
        var options = SmallTraining.Options with { Strategy = strategy };
        using var training = SmallTraining.Run(options, images);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(training.DivergedInEpoch, Is.Null);
            Assert.That(WeightSnapshot.IsFinite(training.Network), Is.True);
            Assert.That(SmallTraining.Weights(options, images), Is.EqualTo(NetworkBits.Of(training.Network)));
        }

        FaultsTried.Record("Numbers", "one image in a class, every strategy", 1, "trained; repeated bit for bit");
    }

    [Category(FaultsTried.Category)]
    [TestCaseSource(typeof(AllStrategies), nameof(AllStrategies.List))]
    public void RuleFor_HundredThousandToOne_GivesFiniteLossesSharesAndDraws(TrainingStrategy strategy)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        long[] counts = [100_000, 1, 300];
        foreach (var epoch in new[] { 1, 3 })
        {
            var rule = strategy.RuleFor(new(epoch, 3, ToyImages.Counts(counts), CPU));
            var labels = tensor(new long[] { 0, 1, 2, 0, 1, 2 });
            var logits = randn([6, 3], generator: random, requires_grad: true);
            var mixing = rule.Mixing?.Draw(labels, 3, random);
            var loss = (
                mixing is { } drawn ? FeatureMixing.Loss(rule.Loss, logits, labels, drawn.Partners, drawn.Mu) : rule.Loss(logits, labels)
            ).mean();
            loss.backward();
            using (Assert.EnterMultipleScope())
            {
                Assert.That(loss.item<float>(), Is.InRange(0, 100));
                Assert.That(logits.grad!.data<float>().ToArray(), Is.All.InRange(-10, 10));
                Assert.That(rule.SamplingWeights?.data<float>().ToArray() ?? [1], Is.All.GreaterThan(0).And.All.LessThan(float.MaxValue));
                Assert.That(mixing?.Lambda.data<float>().ToArray() ?? [1], Is.All.InRange(0, 1));
            }
        }

        FaultsTried.Record(
            "Numbers",
            "class counts of 100,000 : 1, the rule of every strategy",
            1,
            "losses, gradients, mixing shares and sampling weights are finite"
        );
    }

    [Category(FaultsTried.Category)]
    [TestCase(2, 2, TestName = "Fit_TwoClassesOfOneImage_Trains")]
    [TestCase(5, 4, TestName = "Fit_LastBatchOfOneImage_Trains")]
    public void Fit_FewImages_Trains(int images, int batch)
    {
        var ml = new MLContext(seed: 1);
        using var model = TinyModel
            .Trainer(ml, TinyModel.Options with { ImageColumnName = "Image", BatchSize = batch })
            .Fit(ColourRows.Of(ml, images - 1, 1));
        Assert.That(
            TinyModel.Scores(model.Transform(ColourRows.Of(ml, images - 1, 1))).Select(scores => scores.Sum()),
            Is.All.EqualTo(1).Within(1e-5)
        );
        FaultsTried.Record("Numbers", "two images in total; a last batch of one image", 1, "trained");
    }

    [Category(FaultsTried.Category)]
    [Test]
    public void Fit_ThousandClasses_ScoresEachOfThem()
    {
        var ml = new MLContext(seed: 1);
        var classes = Enumerable.Range(0, 1000).Select(number => $"class {number:000}").ToArray();
        var image = TestImages.Png(ToyImages.Size, ToyImages.Size, (x, y) => new((byte)(10 * x), (byte)(10 * y), 100));
        var rows = classes.SelectMany(
            (name, number) => Enumerable.Repeat(new Row { Label = name, Image = image }, number % 100 == 0 ? 3 : 1)
        );
        var view = ml.Data.LoadFromEnumerable(rows.ToList());
        using var model = TinyModel
            .Trainer(
                ml,
                TinyModel.Options with
                {
                    Strategy = new RecommendedStrategy(),
                    ImageColumnName = "Image",
                    BatchSize = 128,
                    Epochs = 2,
                }
            )
            .Fit(ml.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view));
        var scores = TinyModel.Scores(model.Transform(ml.Data.TakeRows(view, 2)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.ClassNames, Is.EqualTo(classes));
            Assert.That(scores[0], Has.Length.EqualTo(1000).And.All.InRange(0, 1));
            Assert.That(scores[0].Sum(), Is.EqualTo(1).Within(1e-4));
        }

        FaultsTried.Record("Numbers", "a thousand classes", 1, "trained and scored");
    }

    [Test]
    [Category(FaultsTried.LongCategory)]
    [Explicit("A minute.")]
    public void Train_HundredThousandToOne_StaysFinite([Values] bool recommended)
    {
        using var images = ToyImages.Of(100_000, 1);
        using var validation = ToyImages.Of(50, 50);
        TrainingStrategy strategy = recommended ? new RecommendedStrategy() : new LogitAdjustment();
        var options = SmallTraining.Options with { Strategy = strategy, BatchSize = 256, LearningRate = 0.1 };
        using var training = SmallTraining.Run(options, images, validation);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(training.DivergedInEpoch, Is.Null);
            Assert.That(training.Reports.Select(report => report.Loss), Is.All.InRange(0, 100));
            if (!recommended) // two epochs see the one image twice, and margins do not move the threshold that far in so few steps
            {
                Assert.That(training.Reports[^1].ValidationMacroAccuracy, Is.GreaterThan(0.5), "the rare colour is never found");
            }
        }

        FaultsTried.Record("Numbers", "100,000 images of one class and 1 of another", 1, "trained; all numbers stay finite");
    }

    private sealed class Row
    {
        public string Label { get; set; } = "";

        public byte[] Image { get; set; } = [];
    }
}
