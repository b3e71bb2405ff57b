using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Training.Features;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>
/// What the frozen parts of a network make of each training image, and of its mirror image where these are trained on too: computed once
/// and kept in bfloat16, in a file where there is a cache, else in memory.
/// </summary>
/// <param name="labels">Of the images, [N], int64.</param>
/// <param name="features">Of the images; disposed with this.</param>
/// <param name="parts">How many parts they have passed.</param>
/// <param name="type">Of the features that the network takes.</param>
/// <param name="device">Where the network is.</param>
internal sealed class KeptFeatures(Tensor labels, FeatureRows features, int parts, ScalarType type, Device device) : TrainingInputs(labels)
{
    public override int Parts => parts;

    /// <summary>Whether the training sees an image in no other forms than itself and its mirror image.</summary>
    public static bool Suit(Augmentation augmentation) => augmentation with { HorizontalFlip = false } == Augmentation.None;

    /// <summary>Computes them, or finds those of an earlier training; null where they fit neither in a file nor in memory.</summary>
    /// <param name="network">Some of its first parts are frozen.</param>
    /// <param name="images">The training images.</param>
    /// <param name="preprocessing">How they are normalised.</param>
    /// <param name="withMirrorImages">Whether those of their mirror images are computed too.</param>
    /// <param name="options">Of the training.</param>
    /// <param name="cachePath">The cache of the images, beside which there is a file of their features; null for none.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="meter">Told how many images are done, or that they do not fit.</param>
    /// <param name="memory">The memory that they may take, in bytes; null for what is available.</param>
    /// <exception cref="IOException">The file of features is not one, or cannot be read.</exception>
    public static KeptFeatures? Of(
        StagedNetwork network,
        LabelledImages images,
        Preprocessing preprocessing,
        bool withMirrorImages,
        ImageClassifierOptions options,
        string? cachePath,
        Device device,
        PhaseMeter meter,
        long? memory = null
    )
    {
        var isHeadOnly = network.FrozenParts == network.Stages.Count + 1; // then pooled features are kept, in single precision
        var (parts, type) = isHeadOnly ? (network.FrozenParts + 1, float32) : (network.FrozenParts, options.Precision.On(device));
        var computation = new FeatureComputation(network, parts, images, preprocessing, withMirrorImages, options, device);
        var features = (FeatureRows?)(cachePath is null ? null : FeatureFile.Of(FeatureFile.PathOf(cachePath, parts), computation, meter))
            ?? InMemory(computation, meter, memory ?? ImageMemory.AvailableBytes);
        return features is null ? null : new(images.Labels, features, parts, type, device);
    }

    public override Tensor Of(Tensor rows, Generator random)
    {
        using var scope = NewDisposeScope();
        var mirrored = features.HaveMirrorImages ? randint(0, 2, [rows.shape[0]], ScalarType.Int64, generator: random) : null;
        return Inputs(features.Of(rows, mirrored)).MoveToOuterDisposeScope();
    }

    public override Tensor LogitsOf(StagedNetwork network, Tensor rows) => network.ForwardFrom(Parts, Inputs(features.Of(rows)));

    public override void Dispose() => features.Dispose();

    private static FeaturesInMemory? InMemory(FeatureComputation computation, PhaseMeter meter, long memory)
    {
        var bytes = computation.Layout.Bytes;
        if (bytes <= memory)
        {
            return FeaturesInMemory.Compute(computation, meter);
        }

        meter.Remark(
            FormattableString.Invariant($"The features of the frozen stages would take {bytes / 1e9:0.0} GB, more than is available; ")
                + "each step computes them again."
        );
        return null;
    }

    private Tensor Inputs(Tensor kept)
    {
        var inputs = kept.OnDevice(device).to(type);
        return inputs.dim() == 4 ? WeightInitialisation.ChannelsLast(inputs) : inputs;
    }
}
