using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Corrections.Ternary;

/// <summary>Images as the parts of a network see them. Where the last layer alone changes, pooled features are computed once.</summary>
internal sealed class NetworkInputs : IDisposable
{
    private readonly StagedNetwork network;
    private readonly Preprocessing preprocessing;
    private readonly LabelledImages images;
    private readonly Device device;
    private readonly Tensor? pooled; // [N, D]

    /// <param name="network">In evaluation mode.</param>
    /// <param name="preprocessing">How an image becomes its input.</param>
    /// <param name="images">The images.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="headOnly">Whether only the last layer changes.</param>
    /// <param name="cancellation">Ends the computation of pooled features.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public NetworkInputs(
        StagedNetwork network,
        Preprocessing preprocessing,
        LabelledImages images,
        Device device,
        bool headOnly,
        CancellationToken cancellation = default
    )
    {
        (this.network, this.preprocessing, this.images, this.device) = (network, preprocessing, images, device);
        Labels = [.. images.Labels.data<long>().Select(label => (int)label)];
        if (headOnly)
        {
            using var scope = NewDisposeScope();
            pooled = Inference.InParts(arange(images.Count, int64), preprocessing.Shape, Pooled).DetachFromDisposeScope();
        }

        Tensor Pooled(Tensor rows)
        {
            cancellation.ThrowIfCancellationRequested();
            return Input(network.PartsBeforeHead, rows);
        }
    }

    /// <summary>y of all images.</summary>
    public int[] Labels { get; }

    /// <summary>The input of a part for the images with these numbers, in parts that follow each other, which are the caller's.</summary>
    /// <param name="part">The number of the part: see <see cref="TernaryPart"/>.</param>
    /// <param name="rows">[B], int64.</param>
    public List<Tensor> Of(int part, Tensor rows)
    {
        using var scope = NewDisposeScope();
        return [.. Inference.PartsOf(rows, preprocessing.Shape).Select(OfPart)];

        Tensor OfPart(Tensor some)
        {
            using var one = NewDisposeScope();
            return Input(part, some).DetachFromDisposeScope();
        }
    }

    /// <summary>The logits [B, C] of the images with these numbers.</summary>
    public Tensor Logits(Tensor rows)
    {
        var part = pooled is null ? 0 : network.PartsBeforeHead;
        return Inference.InParts(rows, preprocessing.Shape, some => network.ForwardFrom(part, Input(part, some)));
    }

    /// <summary>The macro accuracy of all images.</summary>
    public double MacroAccuracy() => Inference.MacroAccuracy(Logits, images.Labels, (int)network.Head.Weight.shape[0], device);

    /// <summary>Logits [B, C] by class, [C][B].</summary>
    public static double[][] ByClass(Tensor logits)
    {
        using var scope = NewDisposeScope();
        return Rows(logits.t().to(float64));
    }

    /// <summary>The rows of a matrix of doubles.</summary>
    public static double[][] Rows(Tensor matrix) => [.. matrix.contiguous().cpu().data<double>().ToArray().Chunk((int)matrix.shape[1])];

    public void Dispose() => pooled?.Dispose();

    private Tensor Input(int part, Tensor rows) =>
        pooled is not null && part == network.PartsBeforeHead
            ? pooled.index_select(0, rows.OnDevice(device))
            : network.Through(part, preprocessing.Normalise(images.Pixels.Rows(rows).OnDevice(device)));
}
