using System.Globalization;
using MLNet.Procrustean.Benchmarks.Measuring;

namespace MLNet.Procrustean.Benchmarks.Memory;

/// <summary>
/// The peak memory of training, and whether memory keeps growing. Each figure is of one process, since it hardly varies.
/// </summary>
internal static class MemorySection
{
    public static IEnumerable<string> Measure(Sizes sizes)
    {
        var peak = FreshProcess.Run(nameof(PeakMemory), sizes);
        yield return Table.Of(
            [
                FormattableString.Invariant(
                    $"training {sizes.ManyImages:#,0} images of {sizes.Side}×{sizes.Side}, ResNet-{sizes.Depth}, batch {sizes.Batch}"
                ),
                "MB",
            ],
            new[] { PeakMemory.Pixels, PeakMemory.BeforeFit, PeakMemory.Peak }.Select(name =>
                new[] { name == PeakMemory.Pixels ? name : $"resident memory, {name}", Table.Number(peak[name]) }
            )
        );
        yield return Table.Of(
            ["growth of resident memory after warm-up", "MB"],
            [
                [
                    FormattableString.Invariant($"{sizes.GrowthSteps:#,0} steps of training, ResNet-8, batch 32"),
                    Growth(FreshProcess.Run(nameof(GrowthOverSteps), sizes)[GrowthOverSteps.Growth]),
                ],
                Predictions(ScoringEngine.Libtorch, sizes),
                Predictions(ScoringEngine.OnnxRuntime, sizes),
            ]
        );
    }

    private static string[] Predictions(ScoringEngine engine, Sizes sizes) =>
        [
            FormattableString.Invariant($"{sizes.GrowthPredictions:#,0} predictions of the engine, ResNet-8, {engine}"),
            Growth(FreshProcess.Run(nameof(GrowthOverPredictions), sizes, arguments: $"{engine}")[GrowthOverPredictions.Growth]),
        ];

    private static string Growth(double megabytes) => megabytes.ToString("+0.0;-0.0;+0.0", CultureInfo.InvariantCulture);
}
