using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Training;

/// <summary>
/// Other threads of the program may allocate and collect at any moment. TorchSharp wraps numbers in objects that a collection may free
/// while native code still reads them, which shows as "Expected false to be true" or as wrong numbers.
/// </summary>
public sealed class TrainingUnderGarbageCollectionTests
{
    private const int Fewest = 2; // trainings of each thread, on a slow machine
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(0.6);

    [TestCaseSource(nameof(Strategies))]
    public void Train_TwoAtOnceWhileAnotherThreadCollects_GivesTheBitsOfAQuietTraining(TrainingStrategy strategy)
    {
        using var images = ToyImages.Of(24, 6, 12);
        var options = SmallTraining.Options with { Strategy = strategy, Epochs = 1 };
        var expected = SmallTraining.Weights(options, images);
        var end = DateTime.UtcNow + Duration;
        var trained = false;
        var (trainings, wrong, problems) = (0, 0, new System.Collections.Concurrent.ConcurrentBag<string>());

        void Train()
        {
            try
            {
                for (var done = 0; done < Fewest || DateTime.UtcNow < end; done++)
                {
                    Interlocked.Increment(ref trainings);
                    Interlocked.Add(ref wrong, SmallTraining.Weights(options, images).SequenceEqual(expected) ? 0 : 1);
                }
            }
            catch (Exception problem)
            {
                problems.Add(problem.Message.Split('\n')[0] + problem.StackTrace);
            }
        }

        void Collect()
        {
            while (!Volatile.Read(ref trained))
            {
                GC.Collect(0);
                Thread.Sleep(1); // without a pause, it holds up the trainings for a minute on two cores
            }
        }

        var trainers = new[] { new Thread(Train), new Thread(Train) };
        var collector = new Thread(Collect);
        Array.ForEach([.. trainers, collector], thread => thread.Start());
        Array.ForEach(trainers, thread => thread.Join());
        Volatile.Write(ref trained, true);
        collector.Join();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problems, Is.Empty);
            Assert.That(wrong, Is.Zero, $"of {trainings} trainings");
            Assert.That(trainings, Is.GreaterThanOrEqualTo(2 * Fewest));
        }
    }

    private static IEnumerable<TrainingStrategy> Strategies() =>
        [
            new Combined(new Remix(), new VectorScaling()),
            new Combined(new MajorFeatureWeakening(), new ClassBalancedWeights { Of = new LabelDistributionAwareMargin() }),
            new FocalLoss { Gamma = 0.5 },
            new CostSensitiveAdversarialTraining { Attack = new() { Steps = 2 } },
            new DeepQLearning
            {
                Learning = new() { HuberLoss = true, DoubleQ = true },
            },
        ];
}
