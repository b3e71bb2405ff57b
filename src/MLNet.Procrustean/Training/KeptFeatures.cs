using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Training.Features;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>
/// What the frozen parts of a network make of each training image in each of its views: computed once and kept in bfloat16, in a file where
/// there is a cache, else in memory, or in a temporary file where there is too little of it.
/// </summary>
/// <remarks>
/// Features that are computed in each step instead are not rounded, and their views are drawn in another way. So a seed would not decide
/// the weights if the memory that is free at the moment did.
/// </remarks>
/// <param name="labels">Of the images, [N], int64.</param>
/// <param name="features">Of the images; disposed with this.</param>
/// <param name="parts">How many parts they have passed.</param>
/// <param name="shape">Of the images.</param>
/// <param name="type">Of the features that the network takes.</param>
/// <param name="device">Where the network is.</param>
internal sealed class KeptFeatures(Tensor labels, FeatureRows features, int parts, ImageShape shape, ScalarType type, Device device)
    : TrainingInputs(labels)
{
    public override int Parts => parts;

    /// <summary>
    /// Computes them, or finds those of an earlier training; null, with a warning, where they fit neither in a file nor in memory.
    /// </summary>
    /// <param name="computation">Of the features.</param>
    /// <param name="cachePath">The cache of the images, beside which there is a file of their features; null for none.</param>
    /// <param name="meter">Told how many images are done, or that they do not fit.</param>
    /// <param name="memory">The memory that they may take, in bytes; null for what is available.</param>
    /// <exception cref="IOException">The file of features is not one, or cannot be read.</exception>
    public static KeptFeatures? Of(FeatureComputation computation, string? cachePath, PhaseMeter meter, long? memory = null)
    {
        var parts = computation.Parts;
        var features = (cachePath is null ? null : FeatureFile.Of(FeatureFile.PathOf(cachePath, parts), computation, meter))
            ?? (
                computation.Layout.Bytes <= (memory ?? ImageMemory.AvailableFor(computation.Layout.Bytes))
                    ? FeaturesInMemory.Compute(computation, meter)
                    : FeatureFile.Temporary(ScratchFile.Folder, computation, meter)
            );
        return features is null ? null : new(computation.Labels, features, parts, computation.Shape, computation.Type, computation.Device);
    }

    public override Tensor Of(Tensor rows, BatchPart part, Generator random)
    {
        using var scope = NewDisposeScope();
        var views = features.Views > 1 ? part.Of(ImageViews.Draw(features.Views, part.Whole, random)) : null;
        return Of(part.Of(rows), views).MoveToOuterDisposeScope();
    }

    /// <summary>The input of the part that follows, for chosen views of images.</summary>
    /// <param name="rows">The numbers of the images, int64 [B] on the CPU.</param>
    /// <param name="views">Which view of each, from 0: int64 [B] on the CPU; null for the images as they are.</param>
    public Tensor Of(Tensor rows, Tensor? views)
    {
        using var scope = NewDisposeScope();
        var inputs = features.Of(rows, views).OnDevice(device).to(type);
        return (inputs.dim() == 4 ? WeightInitialisation.ChannelsLast(inputs) : inputs).MoveToOuterDisposeScope();
    }

    public override Tensor LogitsOf(StagedNetwork network, Tensor rows) =>
        Inference.InParts(rows, shape, some => network.ForwardFrom(Parts, Of(some, views: null)));

    public override void Dispose() => features.Dispose();
}
