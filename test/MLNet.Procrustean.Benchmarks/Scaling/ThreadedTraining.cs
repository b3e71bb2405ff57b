using MLNet.Procrustean.Benchmarks.Data;
using MLNet.Procrustean.Benchmarks.Training;

namespace MLNet.Procrustean.Benchmarks.Scaling;

/// <summary>One training in a fresh process, whose number of threads is set by OMP_NUM_THREADS.</summary>
internal static class ThreadedTraining
{
    public const string Speed = "images per second";

    /// <param name="sizes">Of network and images.</param>
    /// <param name="arguments">Switches to turn off, as by <see cref="AppContext.SetSwitch"/>.</param>
    public static IEnumerable<(string Name, double Figure)> Measure(Sizes sizes, string[] arguments)
    {
        Array.ForEach(arguments, name => AppContext.SetSwitch(name, isEnabled: false));
        yield return (
            Speed,
            Estimator.ImagesPerSecond(LabelledPhotos.Keyed(sizes.Batch * sizes.Steps, sizes.Side), Estimator.Options(sizes))
        );
    }
}
