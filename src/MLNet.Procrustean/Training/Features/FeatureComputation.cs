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
    private readonly LabelledImages images;
    private readonly ImageViews views;
    private readonly Preprocessing preprocessing;
    private readonly ImageClassifierOptions options;

    /// <param name="network">Its first parts are frozen.</param>
    /// <param name="images">The images.</param>
    /// <param name="views">The forms of each that features are computed of.</param>
    /// <param name="preprocessing">How they are normalised.</param>
    /// <param name="options">Of the training.</param>
    /// <param name="device">Where the network is.</param>
    public FeatureComputation(
        StagedNetwork network,
        LabelledImages images,
        ImageViews views,
        Preprocessing preprocessing,
        ImageClassifierOptions options,
        Device device
    )
    {
        (this.network, this.images, this.views) = (network, images, views);
        (this.preprocessing, this.options, Device) = (preprocessing, options, device);
        IsPooled = network.FrozenParts == network.Stages.Count + 1;
        Parts = IsPooled ? network.PartsBeforeHead : network.FrozenParts;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var some = Features(0, Math.Min(2, images.Count), view: 0);
        Layout = new([images.Count, .. some.shape[1..]], views.Names);
    }

    /// <summary>Features of the same images and views that fewer parts have made, to begin with; null, the default, for none.</summary>
    public EarlierFeatures? Earlier { get; init; }

    /// <summary>Of the images.</summary>
    public ImageShape Shape => preprocessing.Shape;

    /// <summary>How many parts of the network the images pass: see <see cref="StagedNetwork.Through"/>.</summary>
    public int Parts { get; }

    public FeatureLayout Layout { get; }

    public Device Device { get; }

    /// <summary>The classes of the images, [N], int64.</summary>
    public Tensor Labels => images.Labels;

    /// <summary>Of the features that the network takes: single precision for a head.</summary>
    public ScalarType Type => IsPooled ? float32 : options.Precision.On(Device);

    private bool IsPooled { get; }

    /// <summary>Computes all features, one view after the other.</summary>
    /// <param name="meter">Told how many are done.</param>
    /// <param name="keep">Takes the view, the number of the first image, and the features of some images, [B, ...].</param>
    public void Run(PhaseMeter meter, Action<int, long, Tensor> keep)
    {
        using var noGradient = no_grad();
        meter.Begin(TrainingPhase.ComputingFeatures, views.Count * images.Count);
        for (var view = 0; view < views.Count; view++)
        {
            for (long start = 0; start < images.Count; start += ImagesAtOnce)
            {
                using var part = NewDisposeScope();
                options.Cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(ImagesAtOnce, images.Count - start);
                keep(view, start, Features(start, count, view));
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
            ["parts"] =
                FormattableString.Invariant($"{Parts} of {options.Backbone.Name}")
                + (Earlier is { } earlier ? FormattableString.Invariant($", the first {earlier.Parts} kept") : ""),
            ["precision"] = $"{options.Precision.On(Device)} on {Device.type}",
            ["preprocessing"] = FormattableString.Invariant(
                $"{shape.Size} {shape.Channels} {shape.Aspect} {Numbers(preprocessing.Means)} {Numbers(preprocessing.Deviations)}"
            ),
            ["views"] =
                views.Count.ToString(CultureInfo.InvariantCulture) + (views.Augmentation.Copies > 0 ? $" by {views.Augmentation}" : ""),
            ["weights"] = Fingerprint.Of(network.WeightsThrough(Parts)),
            ["images"] = Fingerprint.Of(images.Pixels),
        };
    }

    private Tensor Features(long start, long count, int view)
    {
        long[] rows = [.. Enumerable.Range(0, (int)count).Select(row => start + row)];
        long[] same = [.. Enumerable.Repeat((long)view, rows.Length)];
        if (Earlier is { } earlier)
        {
            return network.Through(Parts, earlier.Of(tensor(rows), tensor(same)), from: earlier.Parts);
        }

        var pixels = views.Of(images.Pixels.Narrow(start, count), rows, same);
        return network.Through(Parts, preprocessing.Normalise(pixels.OnDevice(Device), options.Precision.On(Device)));
    }
}
