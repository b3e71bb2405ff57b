using System.Diagnostics;
using MLNet.Procrustean.Benchmarks.Data;

namespace MLNet.Procrustean.Benchmarks.Scoring;

/// <summary>In a fresh process: how long a program waits for its first answer, by ONNX Runtime.</summary>
internal static class FirstPrediction
{
    public const string Loading = "loading the model and making the engine";
    public const string First = "the first prediction";
    public const string Second = "the second prediction";
    public const string Answer = "from the start of the program to its first answer";

    public static IEnumerable<(string Name, double Figure)> Measure(Sizes sizes, string[] arguments)
    {
        using var process = Process.GetCurrentProcess();
        var image = new EncodedImage { Image = Photo.Jpeg(sizes.Side, sizes.Side, number: 1) };
        var clock = Stopwatch.StartNew();
        using var engine = ScoredModel.Engine(arguments[0], ScoringEngine.Auto);
        yield return (Loading, clock.Elapsed.TotalMilliseconds);
        clock.Restart();
        engine.Predict(image);
        var first = clock.Elapsed.TotalMilliseconds;
        yield return (Answer, (DateTime.Now - process.StartTime).TotalMilliseconds);
        yield return (First, first);
        clock.Restart();
        engine.Predict(image);
        yield return (Second, clock.Elapsed.TotalMilliseconds);
    }
}
