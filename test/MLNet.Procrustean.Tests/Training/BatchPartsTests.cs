using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

/// <summary>The parts of a batch make one step.</summary>
public sealed class BatchPartsTests
{
    private static ImageClassifierOptions Options => SmallTraining.Options with { BatchSize = 16, Precision = Precision.Fp32 };

    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public void Train_WithoutBatchStatistics_PartsGiveTheStepsOfTheWholeBatch(int parts)
    {
        using var scope = NewDisposeScope();
        using var images = ToyImages.Of(12, 12); // batches of 16 and 8
        var whole = Weights(Options with { Epochs = 1 }, images);
        var inParts = Weights(Options with { Epochs = 1, BatchParts = parts }, images);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(inParts.Zip(whole, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-6));
            Assert.That(inParts, Is.Not.EqualTo(Weights(Options with { Epochs = 1, BatchSize = 12 }, images)), "the test can fail");
        }

        static float[] Weights(ImageClassifierOptions options, LabelledImages images)
        {
            using var training = SmallTraining.Run(options, images, prepare: network => network.KeepsStatistics = true);
            return Values(training.Network);
        }
    }

    [Test]
    public void Train_OneStepInThreeParts_IsThatOfANaiveLoop()
    {
        using var scope = NewDisposeScope();
        using var images = ToyImages.Of(6, 5); // parts of 4, 4 and 3
        var options = Options with
        {
            Epochs = 1,
            BatchParts = 3,
            Augmentation = Augmentation.None,
            LearningRateSchedule = new StepSchedule(),
            WeightDecay = 0,
        };
        using var training = SmallTraining.Run(options, images);
        using var naive = options.Backbone.Build(3, 2, SmallTraining.Seed);
        OneStep(naive, options, images, [4, 4, 3]);
        var (expected, actual) = (Values(naive), Values(training.Network));
        Assert.That(actual.Zip(expected, (a, b) => Math.Abs(a - b)).Max(), Is.LessThan(1e-6));
        Assert.That(
            training.Network.state_dict().Where(named => named.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)),
            Is.Not.Empty.And.All.Matches<KeyValuePair<string, Tensor>>(named => named.Value.item<long>() == 1)
        );
        Assert.That(training.Reports[0].TrainingAccuracy, Has.Length.EqualTo(2).And.All.InRange(0, 1));
    }

    [Test]
    public void Train_Parts_ReportTheLossAndTheAccuracyOfAllImages()
    {
        using var images = ToyImages.Of(12, 9);
        var seen = new List<(long Label, bool Hit, double Loss)>();
        var strategy = StrategyOf.Loss(
            (_, logits, labels, loss) =>
            {
                if (logits.requires_grad)
                {
                    using var scope = NewDisposeScope();
                    var rows = labels.data<long>().ToArray().Zip(logits.argmax(1).data<long>().ToArray());
                    seen.AddRange(rows.Zip(loss.data<float>().ToArray(), (row, one) => (row.First, row.First == row.Second, (double)one)));
                }

                return loss;
            }
        );
        using var training = SmallTraining.Run(Options with { Epochs = 1, BatchParts = 4, Strategy = strategy }, images);
        double Accuracy(long label) => seen.Where(one => one.Label == label).Average(one => one.Hit ? 1 : 0);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(seen, Has.Count.EqualTo(21));
            Assert.That(training.Reports[0].Loss, Is.EqualTo(seen.Average(one => one.Loss)).Within(1e-6));
            Assert.That(training.Reports[0].TrainingAccuracy, Is.EqualTo(new[] { Accuracy(0), Accuracy(1) }).Within(1e-12));
        }
    }

    [TestCase(31, new[] { 4, 4, 4, 4, 4, 4, 4, 3 })]
    [TestCase(23, new[] { 6, 6, 6, 5 })]
    [TestCase(24, new[] { 4, 4, 4, 4, 2, 2, 2, 2 })]
    public void Train_LastBatch_HasTwoImagesForEachPart(int images, int[] sizes)
    {
        var seen = new List<int>();
        using var data = ToyImages.Of([.. Enumerable.Repeat(1, images)]);
        var options = Options with { Epochs = 1, BatchParts = 4, Strategy = StrategyOf.Watching((_, labels) => seen.Add(labels.Length)) };
        SmallTraining.Run(options, data).Dispose();
        Assert.That(seen, Is.EqualTo(sizes));
    }

    [Test]
    public void Train_InParts_LeavesNoMoreTensorsBehindThanInOne()
    {
        using var images = ToyImages.Of(12, 9);
        long LeftBy(int parts) =>
            NativeMemory.TensorsLeftBy(() => SmallTraining.Run(Options with { BatchParts = parts }, images).Dispose());
        Assert.That(LeftBy(4), Is.EqualTo(LeftBy(1)));
    }

    // The definition: gradients of b_p / b · L_p added up, and running statistics averaged with the same weights.
    private static void OneStep(StagedNetwork network, ImageClassifierOptions options, LabelledImages images, int[] sizes)
    {
        var order = randperm(images.Count, int64, generator: RandomStream.Order.Generator(SmallTraining.Seed, 1));
        var preprocessing = Preprocessing.Measure(images.Pixels, options.Shape);
        var buffers = network.named_buffers().Where(named => named.buffer.is_floating_point()).Select(named => named.buffer).ToList();
        var before = buffers.Select(buffer => buffer.clone()).ToList();
        var averages = buffers.Select(buffer => zeros_like(buffer)).ToList();
        network.train();
        var start = 0;
        foreach (var size in sizes)
        {
            buffers.Zip(before).ToList().ForEach(pair => pair.First.copy_(pair.Second));
            var rows = order.narrow(0, start, size);
            var logits = network.forward(preprocessing.Normalise(images.Pixels.Rows(rows)));
            var loss = nn.functional.cross_entropy(logits, images.Labels.index_select(0, rows));
            (loss * ((float)size / images.Count)).backward(); // torch itself adds up the gradients
            averages.Zip(buffers).ToList().ForEach(pair => pair.First.add_(pair.Second * ((float)size / images.Count)));
            start += size;
        }

        using var noGradient = no_grad();
        buffers.Zip(averages).ToList().ForEach(pair => pair.First.copy_(pair.Second));
        foreach (var (_, weight) in network.named_parameters())
        {
            weight.sub_(weight.grad! * (float)options.LearningRate);
        }
    }

    private static float[] Values(StagedNetwork network)
    {
        using var scope = NewDisposeScope();
        return
        [
            .. network
                .state_dict()
                .Where(named => named.Value.is_floating_point())
                .SelectMany(named => named.Value.detach().flatten().data<float>().ToArray()),
        ];
    }
}
