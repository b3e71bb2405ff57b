using System.Globalization;
using MLNet.Procrustean.Benchmarks.Data;
using MLNet.Procrustean.Benchmarks.Measuring;
using MLNet.Procrustean.Benchmarks.Training;
using MLNet.Procrustean.Interop;

namespace MLNet.Procrustean.Benchmarks.Scaling;

/// <summary>How the speed of training depends on threads, batch size, image size and number of images.</summary>
internal static class ScalingSection
{
    private const string Unit = "images/s";
    private const int SmallDepth = 8;
    private static readonly int[] PowersOfTwo = [1, 2, 4, 8, 16, 32, 64];

    public static IEnumerable<string> Measure(Sizes sizes)
    {
        yield return FormattableString.Invariant(
            $"Plain training through the estimator: ResNet-{sizes.Depth}, {sizes.Side}×{sizes.Side} colour, batch {sizes.Batch}, "
        ) + "unless stated otherwise.";
        yield return Threads(sizes);
        yield return Batches(sizes);
        yield return Sides(sizes);
        yield return Images(sizes);
    }

    // OMP_NUM_THREADS is read when a process begins.
    private static string Threads(Sizes sizes)
    {
        Contender Of(string name, int threads, params string[] switches) =>
            new(name, () =>
                FreshProcess.Run(
                    nameof(ThreadedTraining),
                    sizes,
                    new Dictionary<string, string> { ["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture) },
                    switches
                )[ThreadedTraining.Speed]
            );
        var all = Environment.ProcessorCount;
        var counts = PowersOfTwo.Where(count => count < all && !sizes.Tiny).Append(all);
        return TableOf(
            "threads",
            Alternation.Run(
                [.. counts.Select(count => Of($"{count}", count)), Of($"{all}, allocator left alone", all, ProcessWideTuning.Switch)],
                sizes,
                warmUp: false
            )
        );
    }

    private static string Batches(Sizes sizes)
    {
        var images = LabelledPhotos.Keyed(sizes.Batches.Max() * Math.Max(1, sizes.Steps / 2), sizes.Side);
        return TableOf(
            "batch",
            Alternation.Run(
                [
                    .. sizes.Batches.Select(batch => new Contender($"{batch}", () =>
                        Estimator.ImagesPerSecond(images, Estimator.Options(sizes) with { BatchSize = batch })
                    )),
                ],
                sizes
            )
        );
    }

    // As many batches as together have about as many pixels as a block at the first size.
    private static string Sides(Sizes sizes) =>
        TableOf(
            "image size",
            Alternation.Run(
                [
                    .. sizes.Sides.Select(side =>
                    {
                        var steps = Math.Max(1, sizes.Steps * sizes.Sides[0] * sizes.Sides[0] / (side * side));
                        var images = LabelledPhotos.Keyed(sizes.Batch * steps, side);
                        return new Contender($"{side}×{side}", () =>
                            Estimator.ImagesPerSecond(images, Estimator.Options(sizes) with { ImageSize = side })
                        );
                    }),
                ],
                sizes
            )
        );

    private static string Images(Sizes sizes) =>
        TableOf(
            $"images in an epoch, ResNet-{SmallDepth}",
            Alternation.Run(
                [
                    .. sizes.ImageCounts.Select(count =>
                    {
                        var images = LabelledPhotos.Keyed(count, sizes.Side);
                        return new Contender(count.ToString("#,0", CultureInfo.InvariantCulture), () =>
                            Estimator.ImagesPerSecond(
                                images,
                                Estimator.Options(sizes) with
                                {
                                    Backbone = new CifarResNet { Depth = SmallDepth },
                                }
                            )
                        );
                    }),
                ],
                sizes
            )
        );

    private static string TableOf(string what, List<Measurement> measurements) =>
        Table.Of(what, Unit, $"this ÷ {measurements[0].Name}", measurements, (one, first) => one.RatioTo(first));
}
