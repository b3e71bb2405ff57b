using System.Diagnostics;
using Google.Protobuf;
using MLNet.Procrustean.Benchmarks.Measuring;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Onnx.Quantization;
using MLNet.Procrustean.Onnx.Runtime;
using MLNet.Procrustean.Scoring;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Benchmarks.Scoring;

/// <summary>From decoded images to probabilities: libtorch against ONNX Runtime, one image at a time and in batches.</summary>
internal static class EnginesSection
{
    private const int Classes = 10;
    private const int CalibrationImages = 8;

    public static IEnumerable<string> Measure(Sizes sizes)
    {
        yield return "Random weights; decoding is not part of it.";
        (Backbone Backbone, int Side)[] networks = sizes.Tiny
            ? [(new CifarResNet { Depth = 8 }, 16)]
            : [(new CifarResNet { Depth = 20 }, 32), (new CifarResNet { Depth = 32 }, 32), (new ResNet { Depth = 18 }, 224)];
        foreach (var (backbone, side) in networks)
        {
            foreach (var batch in new[] { 1, 64 })
            {
                yield return Compare(backbone, side, batch, sizes);
            }
        }
    }

    private static string Compare(Backbone backbone, int side, int batch, Sizes sizes)
    {
        var trained = Trained(backbone, side);
        var columns = new ColumnNames("Image", "Score", "PredictedLabel");
        using var torch = new ModelScorer(trained, columns, CPU, typeof(EnginesSection));
        using var runtime = torch.Copy(columns);
        using var bf16 = torch.Copy(columns);
        using var bytes = InBytes(torch.ContentsWith(columns));
        (runtime.Engine, bf16.Precision) = (ScoringEngine.OnnxRuntime, Precision.Bf16);
        var pixels = new byte[batch * trained.Preprocessing.Shape.Bytes];
        new Random(1).NextBytes(pixels);
        var contenders = new List<Contender> { Of("libtorch, single precision", torch) };
        if (ProcessorFeatures.HasBFloat16)
        {
            contenders.Add(Of("libtorch, bfloat16", bf16));
        }

        contenders.Add(Of("ONNX Runtime, single precision", runtime));
        contenders.Add(Of("ONNX Runtime, int8", bytes));
        var measurements = Alternation.Run(contenders, sizes);
        return Table.Of(
            FormattableString.Invariant($"{backbone.Name}, {side} pixels, batches of {batch}"),
            "images/s",
            "this ÷ libtorch",
            measurements,
            (one, first) => one.RatioTo(first)
        );

        Contender Of(string name, Scorer scorer) => new(name, () => ImagesPerSecond(scorer, pixels, batch, sizes));
    }

    private static RuntimeScorer InBytes(ModelContents contents)
    {
        var shape = contents.Texts.Preprocessing.Shape;
        var calibration = new ImageBatch(new byte[CalibrationImages * shape.Bytes], new string?[CalibrationImages]);
        new Random(2).NextBytes(calibration.Pixels);
        var graph = StaticQuantization.Of(OnnxExport.Of(contents.Texts, contents.Weights), [calibration], shape);
        return RuntimeScorer.Of(graph.ToByteArray(), shape);
    }

    private static double ImagesPerSecond(Scorer scorer, byte[] pixels, int batch, Sizes sizes)
    {
        scorer.Score(pixels, withFeatures: false);
        var (clock, images) = (Stopwatch.StartNew(), 0);
        do
        {
            scorer.Score(pixels, withFeatures: false);
            images += batch;
        } while (clock.Elapsed.TotalSeconds < sizes.SecondsOfScoring);

        return images / clock.Elapsed.TotalSeconds;
    }

    private static TrainedClassifier Trained(Backbone backbone, int side) =>
        new(
            backbone.Build(3, Classes, seed: 1),
            backbone,
            new Preprocessing(new() { Size = side }, [120f, 120, 120], [60f, 60, 60]),
            new([.. Enumerable.Range(0, Classes).Select(number => $"class {number}")], "text"),
            [.. Enumerable.Repeat(100L, Classes)]
        );
}
