using MLNet.Procrustean.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Mirroring;

/// <summary>What edges an image has, and where: features for a classifier that learns from few images.</summary>
/// <remarks>
/// Histograms of oriented gradients (Dalal and Triggs, "Histograms of Oriented Gradients for Human Detection", CVPR 2005) in grids of
/// 8 × 8, 4 × 4 and 2 × 2 cells. Opposite directions count as one, so that a dark shape on a bright ground is like a bright one on a
/// dark ground. Each value is √(h / (e + ē / 2)), with h the strength of one orientation in a cell, e that of all of them, and ē its mean
/// over the grid.
/// </remarks>
internal static class GradientHistograms
{
    /// <summary>The side of the images, in pixels.</summary>
    public const int Size = 32;

    private const int Orientations = 8;
    private static readonly long[] Grids = [8, 4, 2];

    /// <summary>[N, 672], float64, for images [N, channels, 32, 32], float32, 0 to 255.</summary>
    public static Tensor Of(Tensor images)
    {
        using var scope = NewDisposeScope();
        var padded = nn.functional.pad(images, [1, 1, 1, 1], mode: PaddingModes.Replicate);
        var rows = padded.narrow(2, 1, Size);
        var columns = padded.narrow(3, 1, Size);
        var (right, down) = (rows.narrow(3, 2, Size) - rows.narrow(3, 0, Size), columns.narrow(2, 2, Size) - columns.narrow(2, 0, Size));
        // the channel with the largest gradient decides
        var (strength, channel) = right.Squared().Plus(down.Squared()).sqrt().max(1, keepdim: true);
        var angle = atan2(down.gather(1, channel), right.gather(1, channel)).Times(Orientations / Math.PI); // −8 to 8
        var lower = angle.floor();
        var upperShare = angle - lower;
        var histograms = zeros(images.shape[0], Orientations, Size, Size);
        histograms.scatter_add_(1, Orientation(lower), strength - (strength * upperShare));
        histograms.scatter_add_(1, Orientation(lower.Plus(1)), strength * upperShare);
        var grids = Grids.Select(cells => Normalised(nn.functional.adaptive_avg_pool2d(histograms, cells)));
        return cat([.. grids], 1).to(float64).MoveToOuterDisposeScope();
    }

    // Of −8 to 8, the orientation from 0 to 7.
    private static Tensor Orientation(Tensor eighths) => eighths.to(int64).bitwise_and(tensor(new[] { Orientations - 1L }));

    // [N, 8, cells, cells] → [N, 8 · cells²]
    private static Tensor Normalised(Tensor cells)
    {
        var all = cells.sum(1, keepdim: true);
        return (cells / all.Plus(all.mean([2, 3], keepdim: true).Times(0.5)).Plus(1e-3)).sqrt().flatten(1);
    }
}
