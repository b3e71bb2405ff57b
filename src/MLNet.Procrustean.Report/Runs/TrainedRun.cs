using System.Collections.Immutable;

namespace MLNet.Procrustean;

/// <summary>One training and its results: the input of a <see cref="TrainingReport"/>.</summary>
/// <remarks>Only the name and the metrics are needed; a report leaves out the sections that nothing was measured for.</remarks>
public sealed record TrainedRun
{
    /// <summary>What the run is called in the report, for example its strategy.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public required string Name
    {
        get;
        init =>
            field = !string.IsNullOrWhiteSpace(value)
                ? value
                : throw new ArgumentException(
                    "The run has an empty name; name it after what sets it apart, such as its strategy.",
                    nameof(Name)
                );
    }

    /// <summary>The seed of the training; null, the default, when it is unknown.</summary>
    public int? Seed { get; init; }

    /// <summary>How well the model does on the test images.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public required ImbalanceMetrics Metrics
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Metrics));
    }

    /// <summary>The report of each epoch, in order. The default is empty.</summary>
    public ImmutableArray<EpochReport> Epochs
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>What the features and the classifier of the model look like; null, the default, when it was not measured.</summary>
    public ModelDiagnostics? Diagnostics { get; init; }

    /// <summary>
    /// The classifier that the layer-peeled model predicts for these classes; null, the default, when it was not computed.
    /// </summary>
    public LayerPeeledPrediction? Prediction { get; init; }

    /// <summary>
    /// How far the scores of the test images are from probabilities; null, the default, when it was not measured.
    /// </summary>
    public CalibrationMetrics? Calibration { get; init; }

    /// <summary>
    /// How well the model does when the test images are attacked, with the classes in the order of <see cref="Metrics"/>; null, the
    /// default, when it was not measured.
    /// </summary>
    public RobustnessMetrics? Robustness { get; init; }

    /// <summary>How the run was trained, in the order to be shown. The default is empty.</summary>
    public ImmutableArray<RunSetting> Settings
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>How long the training took; null, the default, when it is unknown.</summary>
    public TimeSpan? TrainingTime { get; init; }

    /// <summary>The run of a model that was just trained: its epochs, its time, and the options it was trained with.</summary>
    /// <param name="name">What the run is called in the report.</param>
    /// <param name="model">The model. One that was loaded from a file has no epochs, and its time is unknown.</param>
    /// <param name="metrics">How well the model does on the test images.</param>
    /// <param name="options">The options of the training, which give the seed and the settings; null, the default, for neither.</param>
    /// <returns>The run; other measurements are added with <c>with</c>.</returns>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="ObjectDisposedException">
    /// A model is the <see cref="ImageClassifierOptions.InitialWeights"/>, whose weights name the setting, and it was disposed.
    /// </exception>
    public static TrainedRun Of(string name, ImageClassifierModel model, ImbalanceMetrics metrics, ImageClassifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new()
        {
            Name = name,
            Metrics = metrics,
            Seed = options?.Seed,
            Epochs = model.EpochReports,
            Settings = options is null ? [] : RunSetting.Of(AsTrained(options, model)),
            TrainingTime = model.EpochReports.LastOrDefault()?.Elapsed,
        };
    }

    // With what the training decided itself: the defaults for its number of images, and whether images were mirrored.
    private static ImageClassifierOptions AsTrained(ImageClassifierOptions options, ImageClassifierModel model)
    {
        var counted = options with { ImageCount = model.ImageCount };
        var flip = model.HorizontalFlip ?? counted.Augmentation.HorizontalFlip;
        return counted with { Augmentation = counted.Augmentation with { HorizontalFlip = flip } };
    }
}
