using MLNet.Procrustean.Benchmarks.Data;
using MLNet.Procrustean.Benchmarks.Measuring;
using MLNet.Procrustean.Benchmarks.Training;
using MLNet.Procrustean.Networks;

namespace MLNet.Procrustean.Benchmarks.Memory;

/// <summary>In a fresh process: how memory grows from step to step, once the first steps have fetched what a step takes.</summary>
internal static class GrowthOverSteps
{
    public const string Growth = "growth";
    private const int StepsPerEpoch = 10;
    private const int Batch = 32;

    /// <summary>The median over the last tenth of the steps less that over the tenth before the first of them; memory goes up and down a little from step to step.</summary>
    public static IEnumerable<(string Name, double Figure)> Measure(Sizes sizes)
    {
        var window = sizes.GrowthSteps / 10;
        var resident = new List<double>();
        var images = LabelledPhotos.Keyed(Batch * StepsPerEpoch, sizes.Side);
        Estimator.ImagesPerSecond(images, Estimator.Options(sizes) with
        {
            Strategy = new StepCounting(_ => resident.Add(Held(resident.Count))),
            Backbone = new CifarResNet { Depth = 8 }, // many steps in short time; a leak is per step or per layer
            BatchSize = Batch,
            LearningRate = 0.01,
            Epochs = ((2 * window) + sizes.GrowthSteps + StepsPerEpoch - 1) / StepsPerEpoch,
        });
        yield return (Growth, Measurement.MedianOf(resident.Skip(window + sizes.GrowthSteps).Take(window)) - Measurement.MedianOf(resident.Skip(window).Take(window)));
    }

    // What is held: without collections, the first megabytes of small objects pass for growth.
    private static double Held(int step)
    {
        if (step % StepsPerEpoch == 0)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return ResidentMemory.Now;
    }
}
