using MLNet.Procrustean.Benchmarks.Data;
using MLNet.Procrustean.Benchmarks.Scoring;

namespace MLNet.Procrustean.Benchmarks.Memory;

/// <summary>In a fresh process: how memory grows from prediction to prediction by an engine, after the first tenth of them.</summary>
internal static class GrowthOverPredictions
{
    public const string Growth = "growth";
    private const int SmallDepth = 8; // many predictions in short time; a leak is per prediction or per layer

    public static IEnumerable<(string Name, double Figure)> Measure(Sizes sizes, string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("procrustean-bench");
        var path = Path.Combine(folder.FullName, "model.zip");
        ScoredModel.Save(sizes with { Depth = SmallDepth }, path);
        using var engine = ScoredModel.Engine(path, Enum.Parse<ScoringEngine>(arguments[0]));
        folder.Delete(recursive: true);
        var rows = LabelledPhotos.Rows(100, sizes.Side);
        void Predict(int count)
        {
            for (var i = 0; i < count; i++)
            {
                engine.Predict(rows[i % rows.Count]);
            }

            GC.Collect(); // what is left is still in use
            GC.WaitForPendingFinalizers();
        }

        Predict(sizes.GrowthPredictions / 10);
        var before = ResidentMemory.Now;
        Predict(sizes.GrowthPredictions);
        yield return (Growth, ResidentMemory.Now - before);
    }
}
