using System.Collections.Immutable;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;

namespace MLNet.Procrustean;

/// <summary>
/// The weights that a training begins with, in place of random ones: those of a trained <see cref="ImageClassifierModel"/>, which converts
/// to this type by itself, or published ones.
/// </summary>
public abstract record InitialWeights
{
    private protected InitialWeights() { }

    /// <summary>The network that the weights are for; a training that begins with them trains this network.</summary>
    public abstract Backbone Backbone { get; }

    /// <summary>The channels of the images that the network was trained on: 3 for colour, 1 for grey.</summary>
    public abstract int Channels { get; }

    /// <summary>The side of an image that a training takes by default; null where the weights suit many.</summary>
    internal abstract int? ImageSize { get; }

    /// <summary>How images are made square by default: as they were for a model; null where the weights do not say.</summary>
    internal abstract AspectRatio? AspectRatio { get; }

    /// <summary>Whether mirror images are averaged by default: as by a model; null where the weights do not say.</summary>
    internal abstract bool? AverageFlips { get; }

    /// <summary>
    /// Whether they come from another task, so that by default the training is a fine-tuning: see <see cref="ImageClassifierOptions"/>.
    /// </summary>
    internal abstract bool ArePretrained { get; }

    /// <summary>A short text that is the same for the same weights, wherever they are stored.</summary>
    internal abstract string Identity { get; }

    /// <summary>How images of a shape are normalised: as they were for these weights.</summary>
    internal abstract Preprocessing PreprocessingOf(ImageShape shape);

    /// <summary>Copies the weights into a network of the same backbone, with its head where classes and kind of head agree.</summary>
    /// <param name="network">The network; a head that is not copied keeps the weights that it has.</param>
    /// <param name="classes">The classes of the network, in the order of its logits.</param>
    /// <returns>What was copied, as a sentence.</returns>
    /// <exception cref="ObjectDisposedException">They are those of a model that was disposed.</exception>
    internal abstract string CopyTo(StagedNetwork network, ImmutableArray<string> classes);
}
