using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests;

/// <summary>The whole life of a model, over and over in one process.</summary>
/// <remarks>
/// TorchSharp 0.107 itself keeps 64 bytes of each module of a network when that is disposed, and 600 of its linear layer: two kilobytes of
/// each network here. So each training takes some seconds, as short trainings do in practice; then that growth is a small part of what
/// the test allows.
/// </remarks>
public sealed class SoakTests
{
    [Test]
    [Category(FaultsTried.LongCategory)]
    [Explicit("Half an hour: run it after a change to what holds native memory.")]
    public void TrainSaveLoadScoreDispose_ForHalfAnHour_KeepsMemoryFlat()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.zip");
        var tiny = TinyModel.Shared;
        var options = TinyModel.Options with { Epochs = 100 };
        float[][]? expected = null;
        var (memory, clock, duration, rounds) = (new List<double>(), Stopwatch.StartNew(), LongTest.Duration(minutes: 30), 0);
        var nextReading = TimeSpan.Zero;
        for (; clock.Elapsed < duration; rounds++)
        {
            var ml = new MLContext(seed: 1);
            using (var trained = TinyModel.Trainer(ml, options).Fit(tiny.Keyed))
            {
                ml.Model.Save(tiny.Keys.Append(trained), tiny.Images.Schema, path);
            }

            var loaded = ml.Model.Load(path, out _);
            var scored = loaded.Transform(tiny.Images);
            expected ??= TinyModel.Scores(scored);
            for (var i = 0; i < 20; i++)
            {
                Assert.That(TinyModel.Scores(scored), Is.EqualTo(expected));
            }

            using var engine = ml.Model.CreatePredictionEngine<LabelledImageFile, Score>(loaded); // which disposes the model
            Assert.That(engine.Predict(new() { ImagePath = tiny.Paths[7] }).Values, Is.EqualTo(expected[7]).Within(1e-5));
            if (clock.Elapsed >= nextReading)
            {
                memory.Add(NativeMemory.ResidentMegabytes());
                nextReading = clock.Elapsed + (duration / 200);
            }
        }

        TestContext.Out.WriteLine($"{rounds} rounds in {clock.Elapsed}");
        LongTest.AssertFlat(memory);
        FaultsTried.Record(
            "Memory",
            "train, save, load, score and dispose in one process, over and over",
            rounds,
            "resident memory flat: under 2 % more at the end than after the warm-up"
        );
    }

    private sealed class Score
    {
        [ColumnName("Score")]
        public float[] Values { get; set; } = [];
    }
}
