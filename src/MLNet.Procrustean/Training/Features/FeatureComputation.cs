using System.Globalization;
using System.Text.Json;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Scoring;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Features;

/// <summary>Computes what the first parts of a network, which are frozen, make of images.</summary>
internal sealed class FeatureComputation
{
    /// <summary>The name of the format of files with features, among their texts.</summary>
    public const string Format = "MLNet.Procrustean features of frozen stages";

    // To be raised whenever the layout of the file or what is computed changes.
    private const int Version = 1;
    private const int ImagesAtOnce = 32;

    private readonly StagedNetwork network;
    private readonly int parts;
    private readonly LabelledImages images;
    private readonly Preprocessing preprocessing;
    private readonly ImageClassifierOptions options;
    private readonly Device device;

    /// <param name="network">Its first parts are frozen.</param>
    /// <param name="parts">How many of them the images pass: see <see cref="StagedNetwork.Through"/>.</param>
    /// <param name="images">The images.</param>
    /// <param name="preprocessing">How they are normalised.</param>
    /// <param name="withMirrorImages">Whether the features of their mirror images are computed too.</param>
    /// <param name="options">Of the training.</param>
    /// <param name="device">Where the network is.</param>
    public FeatureComputation(
        StagedNetwork network,
        int parts,
        LabelledImages images,
        Preprocessing preprocessing,
        bool withMirrorImages,
        ImageClassifierOptions options,
        Device device
    )
    {
        (this.network, this.parts, this.images) = (network, parts, images);
        (this.preprocessing, this.options, this.device) = (preprocessing, options, device);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var some = Features(0, Math.Min(2, images.Count), mirrored: false);
        Layout = new([images.Count, .. some.shape[1..]], withMirrorImages ? 2 : 1);
    }

    public FeatureLayout Layout { get; }

    /// <summary>Computes all features, those of the images and then those of their mirror images.</summary>
    /// <param name="meter">Told how many are done.</param>
    /// <param name="keep">Takes the view, 0 or 1, the number of the first image, and the features of some images, [B, ...].</param>
    public void Run(PhaseMeter meter, Action<int, long, Tensor> keep)
    {
        using var noGradient = no_grad();
        meter.Begin(TrainingPhase.ComputingFeatures, Layout.Views * images.Count);
        for (var view = 0; view < Layout.Views; view++)
        {
            for (long start = 0; start < images.Count; start += ImagesAtOnce)
            {
                using var part = NewDisposeScope();
                options.Cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(ImagesAtOnce, images.Count - start);
                keep(view, start, Features(start, count, mirrored: view == 1));
                meter.Reached((view * images.Count) + start + count);
            }
        }

        meter.End();
    }

    /// <summary>All that decides the features, as texts by name: full of digests, since files of others are told apart by it.</summary>
    public Dictionary<string, string> Identity()
    {
        using var scope = NewDisposeScope();
        string Numbers(System.Collections.Immutable.ImmutableArray<float> numbers) =>
            JsonSerializer.Serialize(numbers, ListsJson.Default.Numbers);
        var shape = preprocessing.Shape;
        return new()
        {
            ["format"] = Format,
            ["format_version"] = Version.ToString(CultureInfo.InvariantCulture),
            ["parts"] = FormattableString.Invariant($"{parts} of {options.Backbone.Name}"),
            ["precision"] = $"{options.Precision.On(device)} on {device.type}",
            ["preprocessing"] = FormattableString.Invariant(
                $"{shape.Size} {shape.Channels} {shape.Aspect} {Numbers(preprocessing.Means)} {Numbers(preprocessing.Deviations)}"
            ),
            ["views"] = Layout.Views.ToString(CultureInfo.InvariantCulture),
            ["weights"] = Fingerprint.Of(network.WeightsThrough(parts)),
            ["images"] = Fingerprint.Of(images.Pixels),
        };
    }

    private Tensor Features(long start, long count, bool mirrored)
    {
        var inputs = preprocessing.Normalise(images.Pixels.Narrow(start, count).OnDevice(device), options.Precision.On(device));
        return network.Through(parts, mirrored ? inputs.flip(3) : inputs);
    }
}
