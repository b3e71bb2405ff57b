using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>
/// What the frozen parts of a network make of each training image, and of its mirror image where these are trained on too: computed once,
/// kept in bfloat16.
/// </summary>
/// <param name="labels">Of the images, [N], int64.</param>
/// <param name="views">For each view, [N, ...] in bfloat16 on the CPU: the features of the images, and of their mirror images.</param>
/// <param name="parts">How many parts of the network are frozen.</param>
/// <param name="options">Of the training.</param>
/// <param name="device">Where the network is.</param>
internal sealed class KeptFeatures(
    Tensor labels,
    IReadOnlyList<Tensor> views,
    int parts,
    ImageClassifierOptions options,
    Device device
) : TrainingInputs(labels)
{
    private const int ImagesAtOnce = 32;

    public override int Parts => parts;

    /// <summary>
    /// Computes them; null where nothing is frozen, where the images are changed in more ways than flipping, or where the features do not
    /// fit in memory.
    /// </summary>
    /// <param name="network">In evaluation mode; all its parts but the head at most are frozen.</param>
    /// <param name="images">The training images.</param>
    /// <param name="preprocessing">How they are prepared for the network.</param>
    /// <param name="options">Of the training.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="report">Called with the share that is done, from 0 to 1.</param>
    public static KeptFeatures? Of(
        StagedNetwork network,
        LabelledImages images,
        Preprocessing preprocessing,
        ImageClassifierOptions options,
        Device device,
        Action<double> report
    )
    {
        var parts = network.FrozenParts == network.Stages.Count + 1 ? network.FrozenParts + 1 : network.FrozenParts; // pooled features
        var flips = options.Augmentation with { HorizontalFlip = false } == Augmentation.None;
        if (parts == 0 || !flips)
        {
            return null;
        }

        bool[] mirrored = options.Augmentation.HorizontalFlip ? [false, true] : [false];
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var views = new List<Tensor>();
        foreach (var (view, mirror) in mirrored.Index())
        {
            for (long start = 0; start < images.Count; start += ImagesAtOnce)
            {
                using var part = NewDisposeScope();
                var count = Math.Min(ImagesAtOnce, images.Count - start);
                var inputs = preprocessing.Normalise(images.Pixels.Narrow(start, count).to(device), options.Precision.On(device));
                var features = network.Through(parts, mirror ? inputs.flip(3) : inputs);
                if (start == 0 && !TryAdd(views, [images.Count, .. features.shape[1..]], mirrored.Length))
                {
                    return null;
                }

                views[view].narrow(0, start, count).copy_(features);
                options.Cancellation.ThrowIfCancellationRequested();
                report((view + ((double)(start + count) / images.Count)) / mirrored.Length);
            }
        }

        return new(images.Labels, [.. views.Select(view => view.DetachFromDisposeScope())], parts, options, device);
    }

    public override Tensor Of(Tensor rows, Generator random)
    {
        using var scope = NewDisposeScope();
        var drawn = views.Count == 1 ? zeros_like(rows) : randint(0, views.Count, [rows.shape[0]], ScalarType.Int64, generator: random);
        var features = views[0].index_select(0, rows);
        foreach (var (view, values) in views.Index().Skip(1))
        {
            var places = (drawn == view).nonzero().flatten();
            features.index_copy_(0, places, values.index_select(0, rows.index_select(0, places)));
        }

        var inputs = features.OnDevice(device).to(parts > options.Backbone.ResidualStages + 1 ? float32 : options.Precision.On(device));
        return (inputs.dim() == 4 ? WeightInitialisation.ChannelsLast(inputs) : inputs).MoveToOuterDisposeScope();
    }

    public override void Dispose()
    {
        foreach (var view in views)
        {
            view.Dispose();
        }
    }

    private static bool TryAdd(List<Tensor> views, long[] shape, int all)
    {
        const int BytesOfOne = 2;
        if (views.Count == 0 && shape.Aggregate((long)BytesOfOne * all, (product, length) => product * length) > ImageMemory.AvailableBytes)
        {
            return false;
        }

        views.Add(empty(shape, ScalarType.BFloat16));
        return true;
    }
}
