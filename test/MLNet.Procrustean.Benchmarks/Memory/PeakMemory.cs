using Microsoft.ML;
using MLNet.Procrustean.Benchmarks.Data;
using MLNet.Procrustean.Benchmarks.Training;

namespace MLNet.Procrustean.Benchmarks.Memory;

/// <summary>
/// In a fresh process: the peak memory of training. It is stopped after some steps, since all steps are alike.
/// </summary>
internal static class PeakMemory
{
    public const string BeforeFit = "before Fit";
    public const string Peak = "highest";
    public const string Pixels = "decoded images";
    private const int Steps = 50;

    public static IEnumerable<(string Name, double Figure)> Measure(Sizes sizes)
    {
        using var stop = new CancellationTokenSource();
        var images = LabelledPhotos.Keyed(sizes.ManyImages, sizes.Side);
        var options = Estimator.Options(sizes) with
        {
            Strategy = new StepCounting(step =>
            {
                if (step == Steps)
                {
                    stop.Cancel();
                }
            }),
            Cancellation = stop.Token,
        };
        yield return (BeforeFit, ResidentMemory.Now);
        Train(images, options);
        yield return (Peak, ResidentMemory.Peak);
        yield return (Pixels, (double)sizes.ManyImages * sizes.Side * sizes.Side * options.Channels / 1e6);
    }

    private static void Train(IDataView images, ImageClassifierOptions options)
    {
        try
        {
            Estimator.ImagesPerSecond(images, options);
        }
        catch (OperationCanceledException)
        {
            // the cancellation requested above
        }
    }
}
