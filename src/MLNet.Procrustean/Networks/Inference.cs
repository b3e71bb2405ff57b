using MLNet.Procrustean.Images;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>A network in evaluation mode applied to decoded images.</summary>
internal static class Inference
{
    private const int ImagesAtOnce = 256;

    /// <summary>Logits [B, C] of normalised images [B, channels, S, S].</summary>
    /// <remarks>
    /// A single image is computed as a batch of two, which takes no longer than a batch of one: for that, libtorch does not use its fast
    /// convolutions and writes a line about NNPACK to the console at each layer.
    /// </remarks>
    public static Tensor Logits(StagedNetwork network, Tensor images) =>
        images.shape[0] == 1 ? network.forward(cat([images, images])).narrow(0, 0, 1) : network.forward(images);

    /// <summary>Softmax probabilities [B, C] of pixels [B, S, S, channels], computed in a precision.</summary>
    public static float[] Probabilities(
        StagedNetwork network,
        Preprocessing preprocessing,
        Tensor pixels,
        Device device,
        Precision precision = Precision.Fp32
    )
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var images = preprocessing.Normalise(pixels.OnDevice(device), precision.On(device));
        return Logits(network, images).softmax(1).cpu().data<float>().ToArray();
    }

    /// <summary>The mean of the classes' accuracies, over the classes that have images.</summary>
    public static double MacroAccuracy(
        StagedNetwork network,
        Preprocessing preprocessing,
        LabelledImages images,
        int classes,
        Device device
    )
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var correct = zeros(classes, int64, device);
        for (long start = 0; start < images.Count; start += ImagesAtOnce)
        {
            using var part = NewDisposeScope();
            var count = Math.Min(ImagesAtOnce, images.Count - start);
            // this copy waits: if nothing waited, libtorch would keep the pinned memory of many parts
            var labels = images.Labels.narrow(0, start, count).to(device);
            var logits = Logits(network, preprocessing.Normalise(images.Pixels.Narrow(start, count).to(device)));
            correct.scatter_add_(0, labels, (logits.argmax(1) == labels).to(int64));
        }

        var hits = correct.cpu().data<long>().ToArray();
        return images
            .CountsOf(classes)
            .Zip(hits, (n, hit) => (n, hit))
            .Where(pair => pair.n > 0)
            .Average(pair => (double)pair.hit / pair.n);
    }
}
