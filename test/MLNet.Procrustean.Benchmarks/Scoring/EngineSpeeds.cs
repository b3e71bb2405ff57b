using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Benchmarks.Data;
using MLNet.Procrustean.Benchmarks.Measuring;

namespace MLNet.Procrustean.Benchmarks.Scoring;

/// <summary>How fast a saved model scores by one engine: row by row, and in batches.</summary>
internal sealed class EngineSpeeds : IDisposable
{
    private readonly Sizes sizes;
    private readonly ScoringEngine engine;
    private readonly PredictionEngine<EncodedImage, Prediction> single;
    private readonly ITransformer model;
    private readonly List<EncodedImage> rows;
    private readonly IDataView data;
    private readonly List<double[]> milliseconds = [];

    public EngineSpeeds(ScoringEngine engine, Sizes sizes, string path)
    {
        (this.engine, this.sizes) = (engine, sizes);
        var ml = new MLContext();
        single = ScoredModel.Engine(path, engine);
        model = ScoredModel.Load(ml, path, engine);
        rows = LabelledPhotos.Rows(sizes.ScoredRows, sizes.Side);
        data = ml.Data.LoadFromEnumerable(rows);
    }

    public IEnumerable<Contender> Contenders =>
        [
            new($"PredictionEngine, row by row, {engine}", RowByRow),
            new(FormattableString.Invariant($"Transform of {rows.Count:#,0} rows, batched, {engine}"), Batched),
        ];

    /// <summary>Of one prediction, once the contenders have run.</summary>
    public IEnumerable<IReadOnlyList<string>> Latencies => [Latency("p50", 0.5), Latency("p99", 0.99)];

    public void Dispose()
    {
        single.Dispose();
        ((IDisposable)model).Dispose();
    }

    private double RowByRow()
    {
        milliseconds.Add([
            .. rows.Take(sizes.EnginePredictions)
                .Select(row =>
                {
                    var begun = Stopwatch.GetTimestamp();
                    single.Predict(row);
                    return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
                }),
        ]);
        return 1000 / milliseconds[^1].Average();
    }

    private double Batched()
    {
        var clock = Stopwatch.StartNew();
        return model.Transform(data).GetColumn<float[]>("Score").Count() / clock.Elapsed.TotalSeconds;
    }

    private string[] Latency(string name, double share)
    {
        // without those of the warm-up block
        var figures = new Measurement(name, [.. milliseconds.TakeLast(sizes.Blocks).Select(block => Percentile(block, share))]);
        return
        [
            $"{name}, {engine}",
            Table.Number(figures.Median),
            $"{Table.Number(figures.Figures.Min())} to {Table.Number(figures.Figures.Max())}",
        ];
    }

    private static double Percentile(double[] values, double share) =>
        values.Order().ElementAt((int)Math.Ceiling(share * values.Length) - 1);
}
