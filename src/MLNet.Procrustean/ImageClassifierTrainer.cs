using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Training;
using MLNet.Procrustean.Training.Checkpoints;
using MLNet.Procrustean.Training.Mirroring;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>Trains an image classifier on imbalanced classes: the estimator behind <see cref="ImageClassifierCatalog"/>.</summary>
/// <remarks>
/// The main flow of the library: the schema is checked, images are decoded (<see cref="LabelledImagesReader"/>), a network is trained
/// (<see cref="TrainingLoop"/>) as the strategy says (<see cref="TrainingRule"/>), and becomes an <see cref="ImageClassifierModel"/>.
/// The trainer keeps no state: each <see cref="Fit"/> starts from the beginning, or resumes from a checkpoint where
/// <see cref="ImageClassifierOptions.CheckpointPath"/> holds one. It trains on the GPU that <see cref="MLContext.GpuDeviceId"/> names, and
/// on the CPU when that is null.
/// </remarks>
public sealed class ImageClassifierTrainer : IEstimator<ImageClassifierModel>
{
    private readonly IHostEnvironment environment;

    internal ImageClassifierTrainer(IHostEnvironment environment, ImageClassifierOptions options)
    {
        this.environment = environment;
        Options = options;
    }

    /// <summary>The options of the training.</summary>
    public ImageClassifierOptions Options { get; }

    /// <summary>Trains a model on all rows of the data.</summary>
    /// <param name="input">The data, with a label column (key) and an image column.</param>
    /// <returns>The model. It holds native memory: dispose it when done.</returns>
    /// <exception cref="ArgumentException">
    /// The data does not fit: a column is missing or of another type, a row has no label, a class has no image, or there are fewer than two
    /// classes. Or the strategy cannot be carried out: two parts of a combination decide about the same place, or epochs ask for different
    /// heads. Or the model to start from does not fit, or the checkpoint found is of another training; the message lists what differs.
    /// </exception>
    /// <exception cref="IOException">
    /// <see cref="ImageClassifierOptions.CheckpointPath"/> cannot be used as a folder of checkpoints, or a checkpoint in it cannot be
    /// opened or resumed from; or the file at <see cref="ImageClassifierOptions.CachePath"/> or one beside it is damaged or is not
    /// such a cache, or the images' cannot be written and they do not fit in memory.
    /// </exception>
    /// <exception cref="ImageException">
    /// An image cannot be read in full, and <see cref="ImageClassifierOptions.BadImages"/> does not allow skipping it.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The decoded images would not fit in memory and there is no <see cref="ImageClassifierOptions.CachePath"/>, or there is no such GPU
    /// and no fallback to the CPU.
    /// </exception>
    /// <exception cref="DllNotFoundException">There is no libtorch; the message says which packages have it.</exception>
    /// <exception cref="TrainingDivergedException">The loss or the weights ceased to be finite.</exception>
    /// <exception cref="OperationCanceledException">
    /// <see cref="ImageClassifierOptions.Cancellation"/> asked to stop, and <see cref="ImageClassifierOptions.OnCancel"/> is to throw or no
    /// epoch has ended.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model to start from was disposed.</exception>
    public ImageClassifierModel Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        LibTorch.Check();
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

    /// <summary>
    /// The columns after training: those of the input, the scores, the predicted label and, on request, the features.
    /// </summary>
    /// <param name="inputSchema">The columns before.</param>
    /// <returns>The columns after.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => OutputSchema.Of(inputSchema, Options.LabelColumnName, Options.Columns);

    // Some defaults depend on the number of images.
    private ImageClassifierModel Train(IDataView input)
    {
        var host = environment.Register(nameof(ImageClassifierTrainer));
        using var channel = host.Start("Training");
        var meter = new PhaseMeter(Options.PhaseProgress, text => channel.Info(MessageSensitivity.None, text))
        {
            Warned = text => channel.Warning(MessageSensitivity.None, text),
        };
        var labels = CountedLabels.Of(input, Options.LabelColumnName, meter);
        var knowing = new ImageClassifierTrainer(environment, Options with { ImageCount = labels.Counts.Sum() });
        return knowing.Train(input, labels, host, channel, meter);
    }

    private ImageClassifierModel Train(IDataView input, CountedLabels labels, IHost host, IChannel channel, PhaseMeter meter)
    {
        var device = TorchDevice.For(environment, channel);
        using var checkpoints = TrainingCheckpoints.Open(Options, device, channel);
        var seed = Options.Seed ?? checkpoints?.Seed ?? host.Rand.Next();

        using var training = Prepare(input, labels, seed, device, channel, meter);
        void Warn(string text) => channel.Warning(MessageSensitivity.None, text);
        var decided = MirrorProbe.Decide(Options, training.Images.Train, training.Classes.Names, seed, Warn);
        return new ImageClassifierTrainer(environment, decided).Train(training, checkpoints, channel, meter);
    }

    private ImageClassifierModel Train(PreparedTraining training, TrainingCheckpoints? checkpoints, IChannel channel, PhaseMeter meter)
    {
        var classifier = InitialClassifier(training, channel);
        try
        {
            var (reports, divergedIn) = Train(classifier, training, checkpoints, channel, meter);
            return Finish(classifier, training, reports, divergedIn);
        }
        catch (Exception problem) when (problem is not TrainingDivergedException { LastGoodModel: not null })
        {
            classifier.Network.Dispose();
            throw;
        }
    }

    // Checks what the labels alone can tell, so that a training that cannot work is refused before minutes of decoding.
    private PreparedTraining Prepare(IDataView input, CountedLabels counted, int seed, Device device, IChannel channel, PhaseMeter meter)
    {
        var (labels, counts) = counted;
        if (counts.Any(count => count > 0)) // otherwise the reader reports that there is no row
        {
            HeadFor(new([.. labels.Names], [.. counts]));
        }

        var skipped = new List<ImageException>();
        var images = Read(input, labels, seed, channel, skipped, meter);
        try
        {
            var classes = new ClassCounts([.. labels.Names], [.. images.Train.CountsOf(labels.Names.Length)]);
            channel.Info(
                MessageSensitivity.None,
                $"Training {Options.Backbone.Name} on {classes} with {Options.Strategy} "
                    + $"on {device} in {Options.Precision.On(device)}, seed {seed}."
            );
            var head = HeadFor(classes); // again: images that are held out or skipped change the counts
            return new(images, labels, classes, head, skipped, seed, device);
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    private ClassifierHead HeadFor(ClassCounts classes) =>
        StrategyCheck.HeadOf(Options.Strategy, Options.Backbone, classes, Options.Epochs);

    private TrainingImages Read(
        IDataView input,
        ClassLabels labels,
        int seed,
        IChannel channel,
        List<ImageException> skipped,
        PhaseMeter meter
    )
    {
        void Skip(ImageException problem)
        {
            skipped.Add(problem);
            channel.Warning(MessageSensitivity.None, $"Skipped an image: {problem.Message}");
        }

        var reader = new LabelledImagesReader(
            Options,
            Skip,
            text => channel.Info(MessageSensitivity.None, text),
            problem => channel.Warning(MessageSensitivity.None, problem),
            meter
        );
        if (Options.ValidationSet is { } validationSet)
        {
            labels.CheckSame(LabelColumn.Find(validationSet.Schema, Options.LabelColumnName));
            return reader.Read(input, validationSet);
        }

        var images = reader.Read(input);
        return Options.ValidationSetFraction > 0
            ? TrainingImages.Split(images, labels, Options.ValidationSetFraction, seed)
            : new(images, null);
    }

    private TrainedClassifier InitialClassifier(PreparedTraining training, IChannel channel)
    {
        var preprocessing = Options.InitialWeights?.PreprocessingOf(Options.Shape)
            ?? Preprocessing.Measure(training.Images.Train.Pixels, Options.Shape);
        var network = Options.Backbone.Build(Options.Channels, training.Classes.Classes, training.Seed, training.Head);
        try
        {
            network.to(training.Device);
            if (Options.InitialWeights is { } weights)
            {
                channel.Info(MessageSensitivity.None, weights.CopyTo(network, training.Labels.Names));
            }
            else if (Options.WhitensStem)
            {
                PatchWhitening.Apply(network, preprocessing, training.Images.Train, training.Seed);
            }

            network.Stem.Convolution.Weight.requires_grad = !Options.WhitensStem;
            network.KeepsStatistics = Options.KeepsStatistics;
            network.Freeze(Options.FrozenStages);
            return new(network, Options.Backbone, preprocessing, training.Labels, training.Classes.Counts, Options.AverageFlips);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private (ImmutableArray<EpochReport> Reports, int? DivergedIn) Train(
        TrainedClassifier classifier,
        PreparedTraining training,
        TrainingCheckpoints? checkpoints,
        IChannel channel,
        PhaseMeter meter
    )
    {
        using var state = new TrainingState(classifier.Network, Options);
        checkpoints?.Resume(state, Options, training);
        void Tell(string text) => channel.Info(MessageSensitivity.None, text);
        var loop = new TrainingLoop(Options, training.Classes, classifier.Preprocessing, training.Device, training.Seed)
        {
            Changes = new(Options.Strategy, training.Classes, Options.Epochs),
            Begin = inputs => HeadStart.Begin(state, Options, training, classifier.Preprocessing, inputs, meter, Tell),
        };
        var divergedIn = loop.Train(state, training.Images, Report, point => checkpoints?.Save(state, point), meter);
        if (divergedIn is null && state.Reports.Count < Options.Epochs)
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

        NearChance.Tell(state.Reports, training.Classes, Options, text => channel.Warning(MessageSensitivity.None, text));
        return ([.. state.Reports], divergedIn);

        void Report(EpochReport report)
        {
            channel.Info(MessageSensitivity.None, report.ToString());
            Options.Progress?.Report(report);
        }
    }

    private ImageClassifierModel Finish(
        TrainedClassifier classifier,
        PreparedTraining training,
        ImmutableArray<EpochReport> reports,
        int? divergedIn
    )
    {
        if (divergedIn == 1)
        {
            throw new TrainingDivergedException(1, lastGoodModel: null);
        }

        var model = new ImageClassifierModel(classifier, Options.Columns, training.Device, environment)
        {
            BadImages = Options.BadImages,
            EpochReports = reports,
            ImageCount = Options.ImageCount,
            SkippedImages = [.. training.Skipped],
        };
        return divergedIn is { } epoch ? throw new TrainingDivergedException(epoch, model) : model;
    }
}
