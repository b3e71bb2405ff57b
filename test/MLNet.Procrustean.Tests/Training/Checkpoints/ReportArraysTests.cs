using System.Collections.Immutable;
using System.Text.Json;
using MLNet.Procrustean.Training;
using MLNet.Procrustean.Training.Checkpoints;

namespace MLNet.Procrustean.Tests.Training.Checkpoints;

public sealed class ReportArraysTests
{
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    [TestCase(0, 2)]
    [TestCase(1, 3)]
    [TestCase(5, 7)]
    public void Write_WhatWasRead_GivesTheSameReports(int epochs, int classes)
    {
        var reports = Reports(epochs, classes, diagnosedEach: 2);
        Assert.That(Text(Passed(reports, out _)), Is.EqualTo(Text(reports)));
    }

    // The reports of a night's training on many classes: written as text, they would exceed the size limit of a header.
    [Test]
    public void Checkpoint_TenThousandClassesAndThreeHundredEpochs_IsWrittenAndRead()
    {
        var reports = Reports(300, 10_000, diagnosedEach: 10);
        var textOfOne = Text([reports[298]]).Length;
        var read = Passed(reports, out var bytes);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(300L * textOfOne, Is.GreaterThan(100_000_000), "it could have been a text");
            Assert.That(bytes, Is.InRange((300 + (2 * 30)) * 10_000 * sizeof(double), 30_000_000));
            Assert.That(read, Has.Count.EqualTo(300));
            Assert.That(Text([read[0], read[299]]), Is.EqualTo(Text([reports[0], reports[299]])));
        }

        TestContext.Out.WriteLine($"{bytes / 1e6:0.0} MB; as texts {300L * textOfOne / 1e6:0} MB");
    }

    // Written to a checkpoint and read back.
    private static List<EpochReport> Passed(List<EpochReport> reports, out long bytes)
    {
        var moment = new TrainingMoment(
            new() { ["Seed"] = "1" },
            TimeSpan.Zero,
            0,
            ReportArrays.Without(reports),
            new(1, TimeSpan.Zero, 1, 0, 0, [], [], [], []),
            DivergedIn: null
        );
        using var file = new MemoryStream();
        new Checkpoint(moment, [.. ReportArrays.Capture(reports)]).Write(file);
        bytes = file.Length;
        file.Position = 0;
        var read = Checkpoint.Read(file);
        return ReportArrays.Restore(read.Arrays, read.Moment.Reports, reports.Count == 0 ? ["a", "b"] : reports[0].Classes);
    }

    private static List<EpochReport> Reports(int epochs, int classes, int diagnosedEach)
    {
        ImmutableArray<string> names = [.. Enumerable.Range(0, classes).Select(c => $"the class of number {c}")];
        var random = new Random(1);
        ImmutableArray<double> Values() => [.. Enumerable.Range(0, classes).Select(c => c == 1 ? double.NaN : random.NextDouble())];
        return
        [
            .. Enumerable
                .Range(1, epochs)
                .Select(epoch => new EpochReport
                {
                    Epoch = epoch,
                    Epochs = epochs,
                    Loss = random.NextDouble(),
                    LearningRate = 0.1 / epoch,
                    ImagesPerSecond = 1000,
                    Classes = names,
                    TrainingAccuracy = Values(),
                    Elapsed = TimeSpan.FromSeconds(epoch),
                    Diagnostics =
                        epoch % diagnosedEach == 0
                            ? new EpochDiagnostics
                            {
                                TrainingAccuracy = Values(),
                                FeatureGradients = Values(),
                                Leakage = 0.5,
                                GradientRatio = null,
                            }
                            : null,
                }),
        ];
    }

    private static string Text(IEnumerable<EpochReport> reports) => JsonSerializer.Serialize(reports, Json);
}
