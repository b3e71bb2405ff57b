using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Benchmarks.Data;
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
        var ml = new MLContext();
        using var engine = ScoredModel.Engine(path);
        using var model = (IDisposable)ml.Model.Load(path, out _);
        var rows = LabelledPhotos.Rows(sizes.ScoredRows, sizes.Side);
        var data = ml.Data.LoadFromEnumerable(rows);
        var milliseconds = new List<double[]>();
        var measurements = Alternation.Run([new("PredictionEngine, row by row", () =>
                {
                    milliseconds.Add(Latencies(engine, rows.Take(sizes.EnginePredictions)));
                    return 1000 / milliseconds[^1].Average();
                }), new(FormattableString.Invariant($"Transform of {rows.Count:#,0} rows, batched"), () =>
                {
                    var clock = Stopwatch.StartNew();
                    return ((ITransformer)model).Transform(data).GetColumn<float[]>("Score").Count() / clock.Elapsed.TotalSeconds;
                })], sizes);
        yield return Table.Of("scoring", "images/s", "this ÷ row by row", measurements, (one, first) => one.RatioTo(first));

        IReadOnlyList<string> Latency(string name, double share)
        {
            // without those of the warm-up block
            var figures = new Measurement(name, [.. milliseconds.TakeLast(sizes.Blocks).Select(block => Percentile(block, share))]);
            return [name, Table.Number(figures.Median), $"{Table.Number(figures.Figures.Min())} to {Table.Number(figures.Figures.Max())}"];
        }

        yield return Table.Of(
            ["one prediction of the engine", "ms, median of the blocks", "lowest to highest"],
            [Latency("p50", 0.5), Latency("p99", 0.99)]
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

    private static double[] Latencies(PredictionEngine<EncodedImage, Prediction> engine, IEnumerable<EncodedImage> rows) =>
        [
            .. rows.Select(row =>
            {
                var begun = Stopwatch.GetTimestamp();
                engine.Predict(row);
                return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            }),
        ];

    // The smallest figure that is at least as large as that share of all.
    private static double Percentile(double[] figures, double share) =>
        figures.Order().ElementAt((int)Math.Ceiling(share * figures.Length) - 1);
}
