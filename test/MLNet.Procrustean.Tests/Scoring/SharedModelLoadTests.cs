using System.Diagnostics;
using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Scoring;

/// <summary>Many threads, each with a prediction engine of its own, over one model.</summary>
public sealed class SharedModelLoadTests
{
    private const int Threads = 16;
    private const string Fault = "16 threads with an engine each over one model";
    private const string Outcome = "every answer equals that of a single thread, bit for bit";

    [Test]
    [Category(FaultsTried.Category)]
    public void Predict_SixteenThreads_EveryAnswerIsThatOfOneThread()
    {
        const int rows = 4_000;
        Predict(rows, readings: 0);
        FaultsTried.Record("Scoring", Fault, rows, Outcome);
    }

    [Test]
    [Category(FaultsTried.LongCategory)]
    [Explicit("Many minutes: run it after a change to scoring.")]
    public void Predict_SixteenThreadsThreeMillionRows_EveryAnswerIsThatOfOneThreadInFlatMemory()
    {
        const int rows = 3_000_000; // during the first million, the C library allocates memory for so many threads
        LongTest.AssertFlat(Predict(rows, readings: 100));
        FaultsTried.Record("Scoring", Fault, rows, $"{Outcome}; resident memory flat");
    }

    // The readings of resident memory, at equal steps of the rows.
    private static List<double> Predict(int rows, int readings)
    {
        var tiny = TinyModel.Shared;
        var images = tiny.Paths.Select(path => new Encoded { ImagePath = File.ReadAllBytes(path) }).ToArray();
        // not disposed, nor those below: that would dispose the model
        var single = tiny.Context.Model.CreatePredictionEngine<Encoded, Score>(tiny.Classifier);
        var expected = images.Select(image => single.Predict(image).Values).ToArray();
        var (done, wrong, memory, clock) = (0, 0, new List<double>(), Stopwatch.StartNew());
        var threads = Enumerable
            .Range(0, Threads)
            .Select(thread => new Thread(() =>
            {
                var engine = tiny.Context.Model.CreatePredictionEngine<Encoded, Score>(tiny.Classifier);
                for (var row = thread; row < rows; row += Threads)
                {
                    if (!engine.Predict(images[row % images.Length]).Values.AsSpan().SequenceEqual(expected[row % images.Length]))
                    {
                        Interlocked.Increment(ref wrong);
                    }

                    Interlocked.Increment(ref done);
                }
            }))
            .ToList();
        threads.ForEach(thread => thread.Start());
        for (var reading = 1; reading <= readings; reading++)
        {
            SpinWait.SpinUntil(() => Volatile.Read(ref done) >= (long)rows * reading / readings);
            memory.Add(NativeMemory.ResidentMegabytes());
        }

        threads.ForEach(thread => thread.Join());
        TestContext.Out.WriteLine($"{done} rows, {done / clock.Elapsed.TotalSeconds:0} a second");
        Assert.That(done, Is.EqualTo(rows), "a thread ended early");
        Assert.That(wrong, Is.Zero);
        return memory;
    }

    private sealed class Encoded
    {
        public byte[] ImagePath { get; set; } = []; // the model was trained on paths, and takes bytes as well
    }

    private sealed class Score
    {
        [ColumnName("Score")]
        public float[] Values { get; set; } = [];
    }
}
