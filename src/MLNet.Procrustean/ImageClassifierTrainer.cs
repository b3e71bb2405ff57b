using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Training;
using MLNet.Procrustean.Training.Checkpoints;
using TorchSharp;

namespace MLNet.Procrustean;

/// <summary>Trains an image classifier on imbalanced classes: the estimator behind <see cref="ImageClassifierCatalog"/>.</summary>
/// <remarks>
/// The main flow of the library: the schema is checked, images are decoded (<see cref="LabelledImagesReader"/>), a network is trained
/// (<see cref="TrainingLoop"/>) as the strategy says (<see cref="TrainingRule"/>), and becomes an <see cref="ImageClassifierModel"/>.
/// The trainer keeps no state: each <see cref="Fit"/> starts anew, or goes on from a checkpoint where <see cref="ImageClassifierOptions.CheckpointPath"/> holds one.
/// It trains on the GPU that <see cref="MLContext.GpuDeviceId"/> names, and on the CPU when that is null.
/// </remarks>
public sealed class ImageClassifierTrainer : IEstimator<ImageClassifierModel>
{
    private readonly IHostEnvironment environment;

    internal ImageClassifierTrainer(IHostEnvironment environment, ImageClassifierOptions options)
    {
        this.environment = environment;
        Options = options;
    }

    /// <summary>What was chosen for the training.</summary>
    public ImageClassifierOptions Options { get; }

    /// <summary>Trains a model on all rows of the data.</summary>
    /// <param name="input">The data, with a label column (key) and an image column.</param>
    /// <returns>The model. It holds native memory: dispose it when done.</returns>
    /// <exception cref="ArgumentException">The data does not fit: a column is missing or of another type, a row has no label, a class has no image, or there are fewer than two classes. Or the strategy cannot be carried out: two parts of a combination decide about the same place, or epochs ask for different heads. Or the model to start from does not fit, or the checkpoint found is of another training; the message lists what differs.</exception>
    /// <exception cref="IOException"><see cref="ImageClassifierOptions.CheckpointPath"/> cannot be used as a folder of checkpoints, or a checkpoint in it cannot be opened or gone on from; or the file at <see cref="ImageClassifierOptions.CachePath"/> is damaged or no image cache, or it cannot be written and the images do not fit in memory.</exception>
    /// <exception cref="ImageException">An image cannot be read whole, and <see cref="ImageClassifierOptions.BadImages"/> is not to skip such.</exception>
    /// <exception cref="InvalidOperationException">The decoded images would not fit in memory and there is no <see cref="ImageClassifierOptions.CachePath"/>, or there is no such GPU and no fallback to the CPU.</exception>
    /// <exception cref="TrainingDivergedException">The loss or the weights ceased to be finite.</exception>
    /// <exception cref="OperationCanceledException"><see cref="ImageClassifierOptions.Cancellation"/> asked to stop, and <see cref="ImageClassifierOptions.OnCancel"/> is to throw or no epoch has ended.</exception>
    /// <exception cref="ObjectDisposedException">The model to start from was disposed.</exception>
    public ImageClassifierModel Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        NativeAllocator.KeepFreedBlocks();
        try
        {
            return Train(input);
        }
        finally
        {
            NativeAllocator.ReturnFreedBlocks();
        }
    }

    /// <summary>The columns after training: those of the input, the scores and the predicted label.</summary>
    /// <param name="inputSchema">The columns before.</param>
    /// <returns>The columns after.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => OutputSchema.Of(inputSchema, Options);

    private ImageClassifierModel Train(IDataView input)
    {
        var host = environment.Register(nameof(ImageClassifierTrainer));
        using var channel = host.Start("Training");
        var device = TorchDevice.For(environment, channel);
        using var checkpoints = TrainingCheckpoints.Open(Options, device, channel);
        var seed = Options.Seed ?? checkpoints?.Seed ?? host.Rand.Next();
        var labelColumn = LabelColumn.Find(input.Schema, Options.LabelColumnName);
        var labels = ClassLabels.From(labelColumn);

        RehearseBeforeDecoding(labels, LabelColumn.Read(input, labelColumn));
        var skipped = new List<ImageException>();
        using var images = Decode(input, labels, seed, channel, skipped);
        var classes = new ClassCounts([.. labels.Names], [.. images.Train.CountsOf(labels.Names.Length)]);
        channel.Info(
            MessageSensitivity.None,
            $"Training {Options.Backbone.Name} on {classes} with {Options.Strategy} on {device} in {Options.Precision.On(device)}, seed {seed}."
        );

        var head = StrategyCheck.HeadOf(Options.Strategy, Options.Backbone, classes, Options.Epochs);
        var start = Options.InitialWeights?.Classifier;
        if (start is not null)
        {
            InitialWeightsCheck.Check(start, Options, head, labels.Names); // once more: the counts may ask for another head now that some images are held out or skipped
        }

        var preprocessing = start?.Preprocessing ?? Preprocessing.Measure(images.Train.Pixels, Options.Shape);
        var network = Options.Backbone.Build(Options.Channels, classes.Classes, seed, head);
        try
        {
            network.to(device);
            if (Options.InitialWeights is { } earlier)
            {
                earlier.CopyWeightsTo(network);
            }
            else if (Options.WhitensStem)
            {
                PatchWhitening.Apply(network, preprocessing, images.Train, seed);
            }

            network.Stem.Weight.requires_grad = !Options.WhitensStem;
            using var state = new TrainingState(network, Options);
            checkpoints?.GoOn(state, Options, seed, images, classes.Names, device);
            var diverged = new TrainingLoop(Options, classes, preprocessing, device, seed).Train(
                state,
                images.Train,
                images.Validation,
                report =>
                {
                    channel.Info(MessageSensitivity.None, report.ToString());
                    Options.Progress?.Report(report);
                },
                checkpoints
            );
            var cancelled = diverged is null && state.Reports.Count < Options.Epochs;
            if (cancelled)
            {
                channel.Info(
                    MessageSensitivity.None,
                    $"The training was cancelled after {state.Reports.Count} of {Options.Epochs} epochs; the model has the best weights so far."
                );
            }
            else
            {
                checkpoints?.Finish(state);
            }

            if (diverged == 1)
            {
                throw new TrainingDivergedException(1, lastGoodModel: null);
            }

            var trained = new TrainedClassifier(network, Options.Backbone, preprocessing, labels, classes.Counts);
            var model = new ImageClassifierModel(trained, ColumnNames.Of(Options), device)
            {
                EpochReports = [.. state.Reports],
                SkippedImages = [.. skipped],
            };
            return diverged is { } epoch ? throw new TrainingDivergedException(epoch, model) : model;
        }
        catch (Exception problem) when (problem is not TrainingDivergedException { LastGoodModel: not null })
        {
            network.Dispose();
            throw;
        }
    }

    // By the labels alone, so that a strategy that cannot work, or a model that cannot be started from, is refused before images are decoded for minutes.
    private void RehearseBeforeDecoding(ClassLabels labels, List<long> labelOfRow)
    {
        var counts = new long[labels.Names.Length];
        labelOfRow.ForEach(label => counts[label]++);
        if (counts.All(count => count > 0)) // else the reader says what is missing
        {
            var head = StrategyCheck.HeadOf(Options.Strategy, Options.Backbone, new([.. labels.Names], [.. counts]), Options.Epochs);
            if (Options.InitialWeights is { } model)
            {
                InitialWeightsCheck.Check(model.Classifier, Options, head, labels.Names);
            }
        }
    }

    private TrainingImages Decode(IDataView input, ClassLabels labels, int seed, IChannel channel, List<ImageException> skipped)
    {
        var reader = new LabelledImagesReader(
            Options,
            problem =>
            {
                skipped.Add(problem);
                channel.Warning(MessageSensitivity.None, $"Skipped an image: {problem.Message}");
            },
            text => channel.Info(MessageSensitivity.None, text),
            problem => channel.Warning(MessageSensitivity.None, problem)
        );
        if (Options.ValidationSet is { } validationSet)
        {
            var found = ClassLabels.From(LabelColumn.Find(validationSet.Schema, Options.LabelColumnName));
            if (!found.Names.SequenceEqual(labels.Names))
            {
                throw new ArgumentException(
                    $"The validation set has the classes {string.Join(", ", found.Names)}, and the training set {string.Join(", ", labels.Names)}; transform both by the same fitted MapValueToKey."
                );
            }

            return reader.Read(input, validationSet);
        }

        var images = reader.Read(input);
        return Options.ValidationSetFraction > 0
            ? TrainingImages.Split(images, labels, Options.ValidationSetFraction, seed)
            : new(images, null);
    }
}
