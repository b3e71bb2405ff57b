using MLNet.Procrustean.Images;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

public sealed class TrainingLoopTests
{
    [TestCase(2, 8, new[] { 2 })]
    [TestCase(7, 8, new[] { 7 })]
    [TestCase(8, 8, new[] { 8 })]
    [TestCase(9, 8, new[] { 9 })] // one image alone joins the batch before
    [TestCase(10, 8, new[] { 8, 2 })]
    [TestCase(17, 8, new[] { 8, 9 })]
    [TestCase(24, 8, new[] { 8, 8, 8 })]
    [TestCase(5, 2, new[] { 2, 3 })]
    public void Train_Images_AreEachSeenOncePerEpochInBatches(int images, int batchSize, int[] expected)
    {
        var steps = new List<(int Epoch, long[] Labels)>();
        using var data = ToyImages.Of([.. Enumerable.Repeat(1, images)]); // a class for each image, so that the label tells which it is
        var options = SmallTraining.Options with
        {
            BatchSize = batchSize,
            Strategy = StrategyOf.Watching((epoch, labels) => steps.Add((epoch, labels))),
        };
        SmallTraining.Run(options, data).Dispose();
        foreach (var epoch in new[] { 1, 2 })
        {
            var batches = steps.Where(step => step.Epoch == epoch).Select(step => step.Labels).ToList();
            using (Assert.EnterMultipleScope())
            {
                Assert.That(batches.Select(batch => batch.Length), Is.EqualTo(expected));
                Assert.That(batches.SelectMany(batch => batch), Is.EquivalentTo(Enumerable.Range(0, images)));
            }
        }
    }

    [Test]
    public void Train_Epochs_EachHaveAnOrderOfTheirOwn()
    {
        var orders = new Dictionary<int, List<long>>();
        using var data = ToyImages.Of([.. Enumerable.Repeat(1, 17)]);
        var strategy = StrategyOf.Watching(
            (epoch, labels) => (orders.TryGetValue(epoch, out var order) ? order : orders[epoch] = []).AddRange(labels)
        );
        SmallTraining.Run(SmallTraining.Options with { Epochs = 4, Strategy = strategy }, data).Dispose();
        var texts = orders.Values.Select(order => string.Join(' ', order)).Append(string.Join(' ', Enumerable.Range(0, 17)));
        Assert.That(texts.ToList(), Is.Unique.And.Count.EqualTo(5));
    }

    [Test]
    public void Train_Strategy_IsAskedOncePerEpochWithItsCircumstances()
    {
        var asked = new List<EpochContext>();
        using var data = ToyImages.Of(12, 5);
        var strategy = new StrategyOf(epoch =>
        {
            asked.Add(epoch);
            return new();
        });
        // asks twice more: for the head, before it builds the network, and for rewards, before the first epoch
        using var training = SmallTraining.Run(SmallTraining.Options with { Epochs = 3, Strategy = strategy }, data);
        EpochContext Context(int number) => new(number, 3, ToyImages.Counts(12, 5), CPU);
        Assert.That(
            asked.Skip(2),
            Is.EqualTo(
                new[]
                {
                    Context(1),
                    Context(2) with
                    {
                        TrainingAccuracy = training.Reports[0].TrainingAccuracy,
                    },
                    Context(3) with
                    {
                        TrainingAccuracy = training.Reports[1].TrainingAccuracy,
                    },
                }
            )
        );
    }

    [Test]
    public void Train_MixingThatFollowsProgress_BeginsWithTheSecondEpoch()
    {
        using var data = ToyImages.Of(12, 5);
        byte[] Bits(int epochs, TrainingStrategy strategy)
        {
            var schedule = new StepSchedule { WarmUpEpochs = 0 };
            var options = SmallTraining.Options with { Epochs = epochs, Strategy = strategy, LearningRateSchedule = schedule };
            using var training = SmallTraining.Run(options, data);
            return NetworkBits.Of(training.Network);
        }

        var following = new MajorFeatureWeakening { FollowsProgress = true, MinLambda = 0.5 };
        var plain = new PlainTraining();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Bits(1, following), Is.EqualTo(Bits(1, plain)));
            Assert.That(Bits(2, following), Is.Not.EqualTo(Bits(2, plain)));
        }
    }

    [Test]
    public void Train_Schedule_IsObeyed([Values] bool steps)
    {
        using var data = ToyImages.Of(12, 5); // 17 images, 2 steps
        LearningRateSchedule schedule = steps
            ? new StepSchedule
            {
                WarmUpEpochs = 2,
                Milestones = [0.6],
                Factor = 0.1,
            }
            : new CosineSchedule();
        using var training = SmallTraining.Run(SmallTraining.Options with { Epochs = 5, LearningRateSchedule = schedule }, data);
        double[] factors = steps
            ? [0.75 / 2, 1.75 / 2, 1, 0.1, 0.1]
            : [0.75, .. new[] { 0.75, 1.75, 2.75, 3.75 }.Select(done => (1 + Math.Cos(Math.PI * done / 4)) / 2)];
        Assert.That(
            training.Reports.Select(report => report.LearningRate),
            Is.EqualTo(factors.Select(factor => 0.05 * factor)).Within(1e-12)
        );
    }

    [Test]
    public void Train_CropsOfAnotherSize_RepeatsToTheSameBits()
    {
        using var data = ToyImages.Of(12, 5);
        var options = SmallTraining.Options with
        {
            Augmentation = Augmentation.ForPhotos with
            {
                ResizedCrop = new() { Size = 24 },
                ColorJitter = new() { Brightness = 0.2 },
                TrivialAugment = true,
            },
        };
        var weights = SmallTraining.Weights(options, data);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(SmallTraining.Weights(options, data), Is.EqualTo(weights));
            Assert.That(
                SmallTraining.Weights(options with { Augmentation = options.Augmentation with { ResizedCrop = new() } }, data),
                Is.Not.EqualTo(weights)
            );
        }
    }

    // With neither momentum nor decay nor augmentation, one step is w − rate · gradient.
    [Test]
    public void Train_OneStep_MovesTheClassifierAlongItsGradient()
    {
        using var scope = NewDisposeScope();
        using var data = ToyImages.Of(4, 3);
        var options = SmallTraining.Options with
        {
            Epochs = 1,
            Momentum = 0,
            WeightDecay = 0,
            Augmentation = Augmentation.None,
            Precision = Precision.Fp32,
        };
        using var network = options.Backbone.Build(channels: 3, classes: 2, SmallTraining.Seed);
        network.train();
        var images = Preprocessing.Measure(data.Pixels, options.Shape).Normalise(data.Pixels.Narrow(0, data.Count));
        nn.functional.cross_entropy(network.forward(images), data.Labels).backward();
        var expected = network.Head.Weight - (0.05 * 0.5 * network.Head.Weight.grad!); // half a cosine through
        using var training = SmallTraining.Run(options, data);
        Assert.That(Floats(training.Network.Head.Weight), Is.EqualTo(Floats(expected)).Within(1e-5));
    }

    [Test]
    public void Report_LossAndAccuracy_AreThoseOfTheImagesAsTrained()
    {
        var (losses, hits) = (new List<float>(), new long[2]);
        using var data = ToyImages.Of(14, 5);
        var strategy = StrategyOf.Loss(
            (_, logits, labels, loss) =>
            {
                losses.AddRange(loss.detach().data<float>());
                var z = logits.detach().data<float>().ToArray();
                foreach (var (label, i) in labels.data<long>().ToArray().Select((label, i) => (label, i)))
                {
                    hits[label] += z[(2 * i) + label] > z[(2 * i) + 1 - label] ? 1 : 0;
                }

                return loss;
            }
        );
        using var training = SmallTraining.Run(SmallTraining.Options with { Epochs = 1, Strategy = strategy }, data);
        var report = training.Reports.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Loss, Is.EqualTo(losses.Average()).Within(1e-5));
            Assert.That(report.TrainingAccuracy, Is.EqualTo(new[] { hits[0] / 14.0, hits[1] / 5.0 }).Within(1e-12));
            Assert.That(report.Classes, Is.EqualTo(new[] { "class0", "class1" }));
            Assert.That(report.ValidationMacroAccuracy, Is.Null);
        }
    }

    private static float[] Floats(Tensor values) => values.detach().contiguous().data<float>().ToArray();
}
