using MLNet.Procrustean.Benchmarks.Data;
using MLNet.Procrustean.Benchmarks.Measuring;
using MLNet.Procrustean.Benchmarks.Training;

namespace MLNet.Procrustean.Benchmarks.Memory;

/// <summary>
/// In a fresh process: how memory grows from step to step, after the process has allocated what it keeps. Measured: up to 13 MB in the
/// first three thousand steps, in two or three jumps, and 0.1 MB in the eight thousand after them.
/// </summary>
internal static class GrowthOverSteps
{
    public const string Growth = "growth";
    private const int StepsPerEpoch = 10;
    private const int Batch = 32;
    private const int WarmUps = 3; // times the steps that count

    /// <summary>
    /// The median over the last tenth of the steps minus the median over the tenth before the first of them, after a warm-up of three times
    /// as many steps; memory goes up and down a little from step to step.
    /// </summary>
    public static IEnumerable<(string Name, double Figure)> Measure(Sizes sizes)
    {
        var (window, warmUp) = (sizes.GrowthSteps / 10, WarmUps * sizes.GrowthSteps);
        var resident = new List<double>();
        var images = LabelledPhotos.Keyed(Batch * StepsPerEpoch, sizes.Side);
        Estimator.ImagesPerSecond(
            images,
            Estimator.Options(sizes) with
            {
                Strategy = new StepCounting(_ => resident.Add(Held(resident.Count))),
                Backbone = new CifarResNet { Depth = 8 }, // many steps in short time; a leak is per step or per layer
                BatchSize = Batch,
                LearningRate = 0.01,
                Epochs = (warmUp + window + sizes.GrowthSteps + StepsPerEpoch - 1) / StepsPerEpoch,
            }
        );
        yield return (
            Growth,
            Measurement.MedianOf(resident.Skip(warmUp + sizes.GrowthSteps).Take(window))
                - Measurement.MedianOf(resident.Skip(warmUp - window).Take(window))
        );
    }

    // Memory in use: without collections, the first megabytes of small objects would count as growth.
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
