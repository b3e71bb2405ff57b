using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Diagnostics;

/// <summary>The pooled features of images, and their classes; on the CPU.</summary>
/// <param name="Features">h, [N, D], float64.</param>
/// <param name="Labels">y, [N], int64.</param>
internal sealed record ImageFeatures(Tensor Features, Tensor Labels)
{
    /// <summary>The features that a network in evaluation mode gives to images, part by part; the parts are disposed.</summary>
    /// <exception cref="ArgumentException">There is no image.</exception>
    /// <exception cref="InvalidOperationException">A feature is not a finite number.</exception>
    public static ImageFeatures Of(StagedNetwork network, Preprocessing preprocessing, IEnumerable<LabelledImages> parts, Device device)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (features, labels) = (new List<Tensor>(), new List<Tensor>());
        foreach (var images in parts)
        {
            using var partScope = NewDisposeScope();
            using (images)
            {
                var pixels = images.Pixels.Narrow(0, images.Count).to(device);
                features.Add(network.Features(preprocessing.Normalise(pixels)).to(float64).cpu().MoveToOuterDisposeScope());
                labels.Add(images.Labels.clone().MoveToOuterDisposeScope());
            }
        }

        if (features.Count == 0)
        {
            throw new ArgumentException("None of the images drawn from the data can be read; all were skipped.");
        }

        var (h, y) = (cat(features), cat(labels));
        return h.isfinite().all().item<bool>()
            ? new(h.MoveToOuterDisposeScope(), y.MoveToOuterDisposeScope())
            : throw new InvalidOperationException(
                "The network gave a feature that is not a finite number; its weights are damaged. Train the model again."
            );
    }

    /// <summary>The features of one class, [n_c, D].</summary>
    public Tensor OfClass(long label)
    {
        using var scope = NewDisposeScope();
        using var kept = label.ToScalar();
        return Features.index_select(0, Labels.eq(kept).nonzero().flatten()).MoveToOuterDisposeScope();
    }
}
