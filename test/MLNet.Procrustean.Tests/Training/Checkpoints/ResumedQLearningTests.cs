using System.Text.Json.Nodes;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Training.Checkpoints;

/// <summary>Q-learning that is interrupted within an epoch and resumes: memory, target network and moments are as they were.</summary>
public sealed class ResumedQLearningTests
{
    private static readonly DeepQLearning Strategy = new()
    {
        // wraps in the fourth step
        Learning = new()
        {
            MemorySize = 14,
            TargetInterval = 4,
            DoubleQ = true,
            Gamma = 0.5,
        },
    };

    private CheckpointedTraining training = null!;

    [SetUp]
    public void TakeAFolder() => training = new();

    [TearDown]
    public void RemoveTheFolder() => training.Dispose();

    [TestCase(Optimizer.Adam)]
    [TestCase(Optimizer.Sgd)]
    public void Fit_CancelledAtAnyStep_EndsAsIfNeverInterrupted(Optimizer optimizer)
    {
        var whole = training.Result(training.Fit(Options(optimizer) with { CheckpointPath = null }));
        for (var step = 1; step <= CheckpointedTraining.Steps; step += 3)
        {
            Cancel(step, optimizer);
            var left = 0;
            var resumed = training.Result(training.Fit(Options(optimizer, _ => left++)));
            using (Assert.EnterMultipleScope())
            {
                Assert.That(left, Is.EqualTo(CheckpointedTraining.Steps - step), "steps after the interruption");
                Assert.That(resumed.Weights, Is.EqualTo(whole.Weights), $"cancelled in step {step}");
                Assert.That(resumed.Reports, Is.EqualTo(whole.Reports), $"cancelled in step {step}");
            }

            training.DeleteCheckpoints();
        }
    }

    [Test]
    public void Fit_KilledTwice_ResumesAfterTheLastWholeStep()
    {
        var whole = training.Result(training.Fit(Options() with { CheckpointPath = null }));
        foreach (var steps in new[] { 4, 6 })
        {
            var options = Options(Optimizer.Adam, step => _ = step == steps ? throw new NotSupportedException("stopped") : step);
            Assert.That(() => training.Fit(options with { CheckpointInterval = TimeSpan.Zero }), Throws.TypeOf<NotSupportedException>());
        }

        var left = 0;
        var resumed = training.Result(training.Fit(Options(Optimizer.Adam, _ => left++)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(left, Is.EqualTo(CheckpointedTraining.Steps - 3 - 5));
            Assert.That(resumed.Weights, Is.EqualTo(whole.Weights));
            Assert.That(resumed.Reports, Is.EqualTo(whole.Reports));
        }
    }

    [Test]
    public void Fit_AfterItsEnd_TakesTheFinishedCheckpoint()
    {
        var whole = training.Result(training.Fit(Options()));
        var steps = 0;
        var again = training.Result(training.Fit(Options(Optimizer.Adam, _ => steps++)));
        Assert.That(steps, Is.Zero);
        Assert.That(again.Weights, Is.EqualTo(whole.Weights));
    }

    [Test]
    public void Fit_InterruptedAndResumed_LeavesNoTensor()
    {
        var left = NativeMemory.TensorsLeftBy(() =>
        {
            Cancel(step: 3);
            training.Fit(Options()).Dispose();
            training.DeleteCheckpoints();
        });
        Assert.That(left, Is.EqualTo(2 * 2 * NativeMemory.CountedTwice(training.Options.Backbone)), "two trainings with two networks");
    }

    [TestCase("replay.rows", "'replay.rows' is missing")]
    [TestCase("replay.actions", "'replay.actions' is missing")]
    [TestCase("replay.next", "'replay.next' is missing")]
    [TestCase("target.fc.bias", "'fc.bias' is missing")]
    [TestCase("second_moment.fc.bias", "'fc.bias' is missing")]
    public void Fit_ArrayMissing_IsRefused(string name, string message) =>
        AssertRefused((_, arrays) => Assert.That(arrays.RemoveAll(array => array.Name == name), Is.EqualTo(1)), message);

    [TestCase("replay.rows", -1, "has the number -1, and there are 19")]
    [TestCase("replay.rows", 19, "has the number 19, and there are 19")]
    [TestCase("replay.actions", 2, "has the number 2, and there are 2")]
    [TestCase("replay.next", -2, "has the number -2, and there are 19")]
    [TestCase("replay.next", long.MaxValue, "and there are 19")]
    public void Fit_NumberOfNoImageOrClass_IsRefused(string name, long number, string message) =>
        AssertRefused(
            (_, arrays) => BitConverter.TryWriteBytes(arrays.Single(array => array.Name == name).Bytes.AsSpan(16), number),
            message
        );

    [Test]
    public void Fit_MemoryOfAnotherLength_IsRefused() =>
        AssertRefused(
            (_, arrays) => arrays[arrays.FindIndex(array => array.Name == "replay.rows")] = new("replay.rows", "I64", [2], new byte[16]),
            "'replay.rows' is I64 [2], and should be I64 [8]"
        );

    [TestCase("[20,0]", "seen more than the 19 training images")]
    [TestCase("[-1,9]", "seen more than the 19 training images")]
    [TestCase("[1,9223372036854775807]", "seen more than the 19 training images")]
    [TestCase("[4,5]", "should be I64 [9]")]
    public void Fit_EpochThatContradictsTheMemory_IsRefused(string seen, string message) =>
        AssertRefused(
            (texts, _) =>
            {
                var moment = JsonNode.Parse(texts["moment"])!;
                moment["Epoch"]!["Seen"] = JsonNode.Parse(seen);
                texts["moment"] = moment.ToJsonString();
            },
            message
        );

    [Test]
    public void Fit_MemoryInATrainingWithoutOne_IsRefused()
    {
        training.Cancel(step: 2);
        Forge((_, arrays) => arrays.Add(new("replay.rows", "I64", [1], new byte[8])));
        Assert.That(() => training.Fit(training.Options), Throws.InstanceOf<IOException>().With.Message.Contains("of an unknown kind"));
    }

    // Eight transitions after two steps of four.
    private void AssertRefused(Action<Dictionary<string, string>, List<NamedArray>> change, string message)
    {
        Cancel(step: 2);
        Forge(change);
        var before = training.Contents();
        Assert.That(
            () => training.Fit(Options()),
            Throws.InstanceOf<IOException>().With.Message.Contains("cannot be resumed from").And.Message.Contains(message)
        );
        Assert.That(training.Contents(), Is.EqualTo(before), "it stays");
    }

    private void Forge(Action<Dictionary<string, string>, List<NamedArray>> change)
    {
        var file = training.Files[^1];
        File.WriteAllBytes(file, ForgedModel.Of(File.ReadAllBytes(file), change));
    }

    private void Cancel(int step, Optimizer optimizer = Optimizer.Adam)
    {
        using var cancellation = new CancellationTokenSource();
        var options = Options(optimizer, now => CancelAt(now)) with { Cancellation = cancellation.Token };
        Assert.That(() => training.Fit(options), Throws.InstanceOf<OperationCanceledException>());

        void CancelAt(int now)
        {
            if (now == step)
            {
                cancellation.Cancel();
            }
        }
    }

    private ImageClassifierOptions Options(Optimizer optimizer = Optimizer.Adam, Action<int>? inStep = null) =>
        training.Options with
        {
            Strategy = Strategy,
            Optimizer = optimizer,
            LearningRate = optimizer == Optimizer.Adam ? 0.003 : 0.05,
            LearningRateSchedule = new CountedSteps(inStep ?? (_ => { })) { WarmUpEpochs = 0 },
        };

    /// <summary>A constant rate that tells of each step, counted from 1.</summary>
    private sealed record CountedSteps(Action<int> InStep) : LearningRateSchedule
    {
        private int steps;

        private protected override double FactorAfterWarmUp(double progress, int warmUp, int epochs)
        {
            InStep(++steps);
            return 1;
        }
    }
}
