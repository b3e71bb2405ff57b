using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Training;

/// <summary>How a training ends: normally, with the requested weights, by divergence or by cancellation.</summary>
public sealed class TrainingLoopEndingTests
{
    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    public void Train_LossOfThirdEpochNotFinite_ReturnsItAndTheWeightsOfTheSecond(double factor)
    {
        using var data = ToyImages.Of(12, 5);
        var after = new Dictionary<int, byte[]>();
        var strategy = StrategyOf.Loss((epoch, _, _, loss) => epoch == 3 ? loss * factor : loss);
        using var training = SmallTraining.Run(
            SmallTraining.Options with
            {
                Epochs = 5,
                Strategy = strategy,
            },
            data,
            onEpoch: (network, report) => after[report.Epoch] = NetworkBits.Of(network)
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(training.DivergedInEpoch, Is.EqualTo(3));
            Assert.That(training.Reports.Select(report => report.Epoch), Is.EqualTo(new[] { 1, 2 }));
            Assert.That(NetworkBits.Of(training.Network), Is.EqualTo(after[2]));
            Assert.That(after[1], Is.Not.EqualTo(after[2]));
        }
    }

    [Test]
    public void Train_HugeLearningRate_StopsAtTheLastFiniteWeights()
    {
        using var data = ToyImages.Of(12, 5);
        var after = new Dictionary<int, byte[]>();
        var options = SmallTraining.Options with { Epochs = 40, LearningRate = 1e3, WeightDecay = 0.01 };
        using var training = SmallTraining.Run(options, data, onEpoch: (network, report) => after[report.Epoch] = NetworkBits.Of(network));
        Assert.That(training.DivergedInEpoch, Is.InRange(2, 40));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(WeightSnapshot.IsFinite(training.Network), Is.True);
            Assert.That(NetworkBits.Of(training.Network), Is.EqualTo(after[training.DivergedInEpoch!.Value - 1]));
        }
    }

    [Test]
    public void Train_AbsurdLearningRate_Diverges()
    {
        using var data = ToyImages.Of(12, 5);
        using var training = SmallTraining.Run(SmallTraining.Options with { Epochs = 40, LearningRate = 1e6, WeightDecay = 0.01 }, data);
        Assert.That(training.DivergedInEpoch, Is.Not.Null);
    }

    [Test]
    public void Train_BestToBeKept_ReturnsTheBestValidationEpoch([Values] KeptEpoch keep)
    {
        using var data = ToyImages.Of(24, 12);
        using var validation = ToyImages.Of(8, 8);
        var after = new List<byte[]>();
        var strategy = StrategyOf.Loss((epoch, _, _, loss) => epoch > 3 ? -loss : loss); // unlearns from epoch 4 on
        using var training = SmallTraining.Run(
            SmallTraining.Options with
            {
                Epochs = 6,
                LearningRate = 0.1,
                Strategy = strategy,
                Keep = keep,
            },
            data,
            validation,
            onEpoch: (network, _) => after.Add(NetworkBits.Of(network))
        );
        var accuracies = training.Reports.Select(report => report.ValidationMacroAccuracy!.Value).ToList();
        var best = accuracies.IndexOf(accuracies.Max());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(best, Is.LessThan(5), "the last epoch is the best, so that the test could not fail");
            Assert.That(NetworkBits.Of(training.Network), Is.EqualTo(after[keep == KeptEpoch.Best ? best : 5]));
        }
    }

    [Test]
    public void Train_CancelledInAStep_StopsBeforeTheNext()
    {
        using var data = ToyImages.Of(20, 10);
        using var cancellation = new CancellationTokenSource();
        var steps = 0;
        var strategy = StrategyOf.Watching(
            (_, _) =>
            {
                if (++steps == 2)
                {
                    cancellation.Cancel();
                }
            }
        );
        var options = SmallTraining.Options with { Strategy = strategy, Cancellation = cancellation.Token };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => SmallTraining.Run(options, data), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(steps, Is.EqualTo(2));
        }
    }

    [Test]
    public void MacroAccuracy_ClassesOfUnequalSize_IsTheMeanOfTheClassesThatHaveImages()
    {
        using var data = ToyImages.Of(150, 120, 30); // more than go through the network at once
        using var training = SmallTraining.Run(SmallTraining.Options with { Epochs = 1 }, data);
        var preprocessing = Preprocessing.Measure(data.Pixels, SmallTraining.Options.Shape);
        // a fifth is wrong
        var labels = data.Labels.data<long>().ToArray().Select((label, i) => i % 5 == 0 ? (label + 1) % 3 : label).ToArray();
        using var relabelled = TorchSharp.torch.tensor(labels);
        TorchSharp.torch.Tensor LogitsOf(TorchSharp.torch.Tensor rows) =>
            Inference.Logits(training.Network, preprocessing.Normalise(data.Pixels.Rows(rows)));
        var (hits, counts) = (new double[3], new double[3]);
        for (var i = 0; i < labels.Length; i++)
        {
            using var one = data.Pixels.Narrow(i, 1);
            using var logits = Inference.Logits(training.Network, preprocessing.Normalise(one));
            var scores = logits.data<float>().ToArray();
            hits[labels[i]] += Array.IndexOf(scores, scores.Max()) == labels[i] ? 1 : 0;
            counts[labels[i]]++;
        }

        var expected = ((hits[0] / counts[0]) + (hits[1] / counts[1]) + (hits[2] / counts[2])) / 3;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(hits.Sum() / counts.Sum(), Is.Not.EqualTo(expected).Within(0.01), "the mean over the images would pass too");
            Assert.That(Inference.MacroAccuracy(LogitsOf, relabelled, 3, TorchSharp.torch.CPU), Is.EqualTo(expected).Within(1e-12));
            Assert.That(Inference.MacroAccuracy(LogitsOf, relabelled, 5, TorchSharp.torch.CPU), Is.EqualTo(expected).Within(1e-12));
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(5)]
    public void Hits_OfAllShares_AreThoseOfAllImagesEachMeasuredOnce(int shares)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        const int Images = 1000; // four parts of 256
        var labels = TorchSharp.torch.arange(Images) % 3;
        var measured = new int[Images];
        TorchSharp.torch.Tensor LogitsOf(TorchSharp.torch.Tensor rows) // wrong for every seventh image
        {
            var numbers = rows.data<long>().ToArray();
            numbers.ToList().ForEach(number => measured[number]++);
            return TorchSharp.torch.nn.functional.one_hot(
                TorchSharp.torch.tensor(numbers.Select(n => n % 7 == 0 ? (n + 1) % 3 : n % 3).ToArray()),
                3
            );
        }

        var hits = Enumerable
            .Range(0, shares)
            .Select(share => Inference.Hits(LogitsOf, labels, 3, TorchSharp.torch.CPU, share, shares))
            .Aggregate((sum, more) => [.. sum.Zip(more, (a, b) => a + b)]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(measured, Is.All.EqualTo(1));
            Assert.That(
                hits,
                Is.EqualTo(Enumerable.Range(0, 3).Select(c => Enumerable.Range(0, Images).LongCount(n => n % 3 == c && n % 7 != 0)))
            );
        }
    }
}
