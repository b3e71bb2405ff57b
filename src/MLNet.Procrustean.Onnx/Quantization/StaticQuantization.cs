using Google.Protobuf;
using MLNet.Procrustean.Onnx.Runtime;
using Onnx;

namespace MLNet.Procrustean.Onnx.Quantization;

/// <summary>Makes a model compute with bytes whose ranges are chosen on images.</summary>
internal static class StaticQuantization
{
    /// <summary>
    /// The model in bytes, by the <see cref="RangeRule"/> whose probabilities of the images are nearest to those of single precision.
    /// </summary>
    /// <param name="model">As it was exported; it is not changed.</param>
    /// <param name="batches">The images, at least one.</param>
    /// <param name="shape">Of the images.</param>
    public static ModelProto Of(ModelProto model, IReadOnlyList<ImageBatch> batches, ImageShape shape)
    {
        var ofPixels = PixelCodes.Of(model);
        var plan = BytePlan.Of(ofPixels.Graph);
        var calibration = Calibration.Of(model, plan.Measured, batches, shape);
        return RangeRule
            .All.Select(rule => ByteGraph.Of(ofPixels, plan, Scales(calibration, rule)))
            .MinBy(small => Divergence(small, calibration.Scores, batches, shape))!;
    }

    private static Dictionary<string, ByteScale> Scales(Calibration calibration, RangeRule rule) =>
        calibration.Histograms.ToDictionary(
            tensor => tensor.Key,
            tensor =>
            {
                var (lowest, highest) = rule.RangeOf(tensor.Value);
                return ByteScale.Of(lowest, highest);
            }
        );

    // The mean over images of Σ_c p_c · ln(p_c / q_c), p in single precision and q in bytes, both softened: of training images a network is
    // so certain that other differences would not be seen.
    private static double Divergence(ModelProto model, IReadOnlyList<float[]> scores, IReadOnlyList<ImageBatch> batches, ImageShape shape)
    {
        using var scorer = RuntimeScorer.Of(model.ToByteArray(), shape);
        var found = batches.SelectMany(batch => scorer.Score(batch.Pixels, withFeatures: false));
        return found
            .Zip(scores, (image, expected) => Softened(expected).Zip(Softened(image.Probabilities), (p, q) => p * Math.Log(p / q)).Sum())
            .Average();
    }

    // The softmax of a quarter of the logits: https://arxiv.org/abs/1503.02531.
    private static double[] Softened(float[] probabilities)
    {
        const double Temperature = 4;
        const double Smallest = 1e-9;
        var powers = probabilities.Select(p => Math.Pow(p + Smallest, 1 / Temperature)).ToArray();
        return [.. powers.Select(power => power / powers.Sum())];
    }
}
