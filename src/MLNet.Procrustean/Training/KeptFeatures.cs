using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>
/// What the frozen parts of a network make of each training image, and of its mirror image where these are trained on too: computed once
/// and kept in memory, in bfloat16.
/// </summary>
/// <param name="labels">Of the images, [N], int64.</param>
/// <param name="views">The features of the images, and then of their mirror images: each [N, ...] on the CPU.</param>
/// <param name="parts">How many parts they have passed.</param>
/// <param name="type">Of the features that the network takes.</param>
/// <param name="device">Where the network is.</param>
internal sealed class KeptFeatures(Tensor labels, IReadOnlyList<Tensor> views, int parts, ScalarType type, Device device)
    : TrainingInputs(labels)
{
    private const int ImagesAtOnce = 32;
    private const ScalarType Kept = ScalarType.BFloat16;
    private const int BytesOfOne = 2;

    public override int Parts => parts;

    /// <summary>Whether the training sees an image in no other forms than itself and its mirror image.</summary>
    public static bool Suit(Augmentation augmentation) => augmentation with { HorizontalFlip = false } == Augmentation.None;

    /// <summary>Computes them; null where they do not fit in memory.</summary>
    /// <param name="network">Some of its first parts are frozen.</param>
    /// <param name="images">The training images.</param>
    /// <param name="preprocessing">How they are normalised.</param>
    /// <param name="withMirrorImages">Whether those of their mirror images are computed too.</param>
    /// <param name="options">Of the training.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="meter">Told how many images are done, or that they do not fit.</param>
    /// <param name="memory">The memory that they may take, in bytes; null for what is available.</param>
    public static KeptFeatures? Of(
        StagedNetwork network,
        LabelledImages images,
        Preprocessing preprocessing,
        bool withMirrorImages,
        ImageClassifierOptions options,
        Device device,
        PhaseMeter meter,
        long? memory = null
    )
    {
        var isHeadOnly = network.FrozenParts == network.Stages.Count + 1; // then pooled features are kept, in single precision
        var (parts, type) = isHeadOnly ? (network.FrozenParts + 1, float32) : (network.FrozenParts, options.Precision.On(device));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        long[] shape = [images.Count, .. Features(0, Math.Min(2, images.Count), mirrored: false).shape[1..]];
        var bytes = shape.Aggregate(withMirrorImages ? 2.0 : 1, (product, length) => product * length) * BytesOfOne;
        if (bytes > (memory ?? ImageMemory.AvailableBytes))
        {
            meter.Remark(
                FormattableString.Invariant($"The features of the frozen stages would take {bytes / 1e9:0.0} GB, more than is available; ")
                    + "each step computes them again."
            );
            return null;
        }

        Tensor[] views = [.. Enumerable.Range(0, withMirrorImages ? 2 : 1).Select(_ => empty(shape, Kept))];

        Fill(views, images.Count, Features, meter, options.Cancellation);
        return new(images.Labels, [.. views.Select(view => view.DetachFromDisposeScope())], parts, type, device);

        Tensor Features(long start, long count, bool mirrored)
        {
            var inputs = preprocessing.Normalise(images.Pixels.Narrow(start, count).OnDevice(device), options.Precision.On(device));
            return network.Through(parts, mirrored ? inputs.flip(3) : inputs);
        }
    }

    public override Tensor Of(Tensor rows, Generator random)
    {
        using var scope = NewDisposeScope();
        var features = views[0].index_select(0, rows);
        if (views.Count > 1)
        {
            var places = randint(0, 2, [rows.shape[0]], ScalarType.Int64, generator: random).nonzero().flatten(); // of mirror images
            features.index_copy_(0, places, views[1].index_select(0, rows.index_select(0, places)));
        }

        return Inputs(features).MoveToOuterDisposeScope();
    }

    public override Tensor LogitsOf(StagedNetwork network, Tensor rows) =>
        network.ForwardFrom(Parts, Inputs(views[0].index_select(0, rows)));

    public override void Dispose()
    {
        foreach (var view in views)
        {
            view.Dispose();
        }
    }

    private static void Fill(
        Tensor[] views,
        long images,
        Func<long, long, bool, Tensor> features,
        PhaseMeter meter,
        CancellationToken cancellation
    )
    {
        meter.Begin(TrainingPhase.ComputingFeatures, views.Length * images);
        foreach (var (index, view) in views.Index())
        {
            for (long start = 0; start < images; start += ImagesAtOnce)
            {
                using var part = NewDisposeScope();
                cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(ImagesAtOnce, images - start);
                view.narrow(0, start, count).copy_(features(start, count, index == 1));
                meter.Reached((index * images) + start + count);
            }
        }

        meter.End();
    }

    private Tensor Inputs(Tensor features)
    {
        var inputs = features.OnDevice(device).to(type);
        return inputs.dim() == 4 ? WeightInitialisation.ChannelsLast(inputs) : inputs;
    }
}
