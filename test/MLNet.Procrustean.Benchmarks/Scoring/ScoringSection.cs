using MLNet.Procrustean.Benchmarks.Measuring;

namespace MLNet.Procrustean.Benchmarks.Scoring;

/// <summary>How fast a saved model scores: many rows in batches, one row after the other, and the first row after loading.</summary>
internal static class ScoringSection
{
    public static IEnumerable<string> Measure(Sizes sizes)
    {
        var folder = Directory.CreateTempSubdirectory("procrustean-bench");
        try
        {
            var path = Path.Combine(folder.FullName, "model.zip");
            ScoredModel.Save(sizes, path);
            yield return FormattableString.Invariant(
                $"ResNet-{sizes.Depth} on encoded {sizes.Side}×{sizes.Side} colour images in memory; decoding is part of it."
            );
            foreach (var table in Speeds(sizes, path))
            {
                yield return table;
            }

            yield return Firsts(sizes, path);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> Speeds(Sizes sizes, string path)
    {
        using var torch = new EngineSpeeds(ScoringEngine.Libtorch, sizes, path);
        using var runtime = new EngineSpeeds(ScoringEngine.OnnxRuntime, sizes, path);
        var measurements = Alternation.Run([.. torch.Contenders, .. runtime.Contenders], sizes);
        yield return Table.Of("scoring", "images/s", "this ÷ the first", measurements, (one, first) => one.RatioTo(first));
        yield return Table.Of(
            ["one prediction of the engine", "ms, median of the blocks", "lowest to highest"],
            [.. torch.Latencies, .. runtime.Latencies]
        );
    }

    private static string Firsts(Sizes sizes, string path)
    {
        var answers = new List<Dictionary<string, double>>();
        Alternation.Run([new("first prediction", () =>
                {
                    answers.Add(FreshProcess.Run(nameof(FirstPrediction), sizes, arguments: path));
                    return answers[^1][FirstPrediction.Answer];
                })], sizes, warmUp: false);
        string[] names = [FirstPrediction.Loading, FirstPrediction.First, FirstPrediction.Second, FirstPrediction.Answer];
        return Table.Of(
            ["in a fresh process", "ms, median of the processes"],
            names.Select(name => new[] { name, Table.Number(Measurement.MedianOf(answers.Select(answer => answer[name]))) })
        );
    }
}
