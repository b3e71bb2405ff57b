using Microsoft.ML;
using MLNet.Procrustean.Benchmarks.Data;
using MLNet.Procrustean.Benchmarks.Measuring;

namespace MLNet.Procrustean.Benchmarks.Training;

/// <summary>The speed of the estimator compared with bare training loops, and of feature mixing compared with plain training.</summary>
internal static class TrainingSection
{
    private const string Unit = "images/s";

    public static IEnumerable<string> Measure(Sizes sizes)
    {
        yield return FormattableString.Invariant(
            $"ResNet-{sizes.Depth}, {sizes.Side}×{sizes.Side} colour, batch {sizes.Batch}, {sizes.Steps} steps a block. "
        )
            + "MLNet.Procrustean is measured through the estimator: each step takes decoded images, augments and normalises them. "
            + "The bare loops train on one tensor that is ready.";
        var images = LabelledPhotos.Keyed(sizes.Batch * sizes.Steps, sizes.Side);
        yield return Loops(sizes, images);
        yield return Depths(sizes, images);
    }

    private static string Loops(Sizes sizes, IDataView images)
    {
        var options = Estimator.Options(sizes);
        using var float32 = new BareTraining(sizes, bfloat16: false);
        using var bfloat16 = new BareTraining(sizes, bfloat16: true);
        using var python = PyTorch.Start(sizes);
        List<Contender> contenders =
        [
            new("MLNet.Procrustean, all weights trained", () => Estimator.ImagesPerSecond(images, options)),
            new("MLNet.Procrustean, by default (first convolution whitened)", () =>
                Estimator.ImagesPerSecond(images, options with { WhitenedStem = true })
            ),
            new("MLNet.Procrustean, all weights trained, fp32", () =>
                Estimator.ImagesPerSecond(images, options with { Precision = Precision.Fp32 })
            ),
            new("bare TorchSharp, channels last, fp32", float32.ImagesPerSecond),
            new("bare TorchSharp, channels last, bf16", bfloat16.ImagesPerSecond),
        ];
        if (python is not null)
        {
            contenders.AddRange([
                new($"PyTorch {python.Version}, by default", () => python.ImagesPerSecond("default")),
                new($"PyTorch {python.Version}, channels last, fp32", () => python.ImagesPerSecond("float32")),
                new($"PyTorch {python.Version}, channels last, bf16", () => python.ImagesPerSecond("bfloat16")),
            ]);
        }

        var measurements = Alternation.Run(contenders, sizes);
        var table = Table.Of("plain training", Unit, "MLNet.Procrustean, all weights trained ÷ this", measurements, (one, first) =>
            first.RatioTo(one)
        );
        return python is not null
            ? table
            : $"{table}\n\nPyTorch was left out: python3 is not on the PATH or has no PyTorch, and the variable PYTORCH is not set.";
    }

    private static string Depths(Sizes sizes, IDataView images)
    {
        Contender Of(string name, TrainingStrategy strategy) =>
            new(name, () => Estimator.ImagesPerSecond(images, Estimator.Options(sizes) with { Strategy = strategy }));
        MajorFeatureWeakening Before(MixingDepth depth) => new() { Depth = depth };
        var measurements = Alternation.Run(
            [
                Of("plain training", new PlainTraining()),
                Of("MFW, the input", Before(MixingDepth.Input)),
                Of("MFW, before stage 1", Before(MixingDepth.BeforeStage(1))),
                Of("MFW, before stage 2", Before(MixingDepth.BeforeStage(2))),
                Of("MFW, before stage 3", Before(MixingDepth.BeforeStage(3))),
                Of("MFW, pooled features", Before(MixingDepth.PooledFeatures)),
            ],
            sizes
        );
        return Table.Of("strategy", Unit, "this ÷ plain training", measurements, (one, first) => one.RatioTo(first));
    }
}
