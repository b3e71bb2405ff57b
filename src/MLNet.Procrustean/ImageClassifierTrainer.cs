using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Replicas;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Training;
using MLNet.Procrustean.Training.Checkpoints;
using MLNet.Procrustean.Training.Mirroring;

namespace MLNet.Procrustean;

/// <summary>Trains an image classifier on imbalanced classes: the estimator behind <see cref="ImageClassifierCatalog"/>.</summary>
/// <remarks>
/// The main flow of the library: the schema is checked, images are decoded (<see cref="LabelledImagesReader"/>), a network is trained
/// (<see cref="TrainingLoop"/>) as the strategy says (<see cref="TrainingRule"/>), and becomes an <see cref="ImageClassifierModel"/>.
/// The trainer keeps no state: each <see cref="Fit"/> starts from the beginning, or resumes from a checkpoint where
/// <see cref="ImageClassifierOptions.CheckpointPath"/> holds one. It trains on the GPU that <see cref="MLContext.GpuDeviceId"/> names, and
/// on the CPU when that is null.
/// </remarks>
public sealed partial class ImageClassifierTrainer : IEstimator<ImageClassifierModel>
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
    /// <remarks>
    /// The data may give its rows in another order each time it is read. A cache (<c>ml.Data.Cache</c>) then comes after
    /// <c>MapValueToKey</c>, as with <c>AppendCacheCheckpoint</c>, or is given the names of all columns: <c>MapValueToKey</c> reads labels
    /// alone, and the cache would keep them beside images that it reads later, in another order.
    /// </remarks>
    /// <param name="input">The data, with a label column (key) and an image column.</param>
    /// <returns>The model. It holds native memory: dispose it when done.</returns>
    /// <exception cref="ArgumentException">
    /// The data or the <see cref="ImageClassifierOptions.ValidationSet"/> does not fit: a column is missing or of another type, there is no
    /// row, a row has no label or one that is not one of the classes, a class has no image (or one only, of which
    /// <see cref="ImageClassifierOptions.ValidationSetFraction"/> can hold out none), or there are fewer than two classes. Or the strategy
    /// cannot be carried out: two parts of a combination decide about the same place, or epochs ask for different heads. Or the model to
    /// start from does not fit, or the checkpoint found is of another training; the message lists what differs.
    /// </exception>
    /// <exception cref="IOException">
    /// <see cref="ImageClassifierOptions.CheckpointPath"/> cannot be used as a folder of checkpoints, or a checkpoint in it cannot be
    /// opened or resumed from; or the file at <see cref="ImageClassifierOptions.CachePath"/> or one beside it is damaged or is not
    /// such a cache, or the images' cannot be written and they do not fit in memory.
    /// </exception>
    /// <exception cref="ImageException">
    /// An image cannot be read in full, and <see cref="ImageClassifierOptions.BadImages"/> does not allow skipping it, or ML.NET loaded it
    /// ahead (<see cref="BadImages.Skip"/>).
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The decoded images would not fit in memory and there is no <see cref="ImageClassifierOptions.CachePath"/>, or there is no such GPU
    /// and no fallback to the CPU, or another of the <see cref="ImageClassifierOptions.Replicas"/> has failed; the message says which and
    /// why.
    /// </exception>
    /// <exception cref="DllNotFoundException">There is no libtorch; the message says which packages have it.</exception>
    /// <exception cref="TrainingDivergedException">The loss or the weights ceased to be finite.</exception>
    /// <exception cref="OperationCanceledException">
    /// <see cref="ImageClassifierOptions.Cancellation"/> asked to stop or the <see cref="MLContext"/> was cancelled, and
    /// <see cref="ImageClassifierOptions.OnCancel"/> is to throw or no epoch has ended; or another of the
    /// <see cref="ImageClassifierOptions.Replicas"/> was cancelled.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model to start from was disposed.</exception>
    public ImageClassifierModel Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        LibTorch.Check();
        NativeAllocator.KeepFreedBlocks();
        var processes = new ProcessGroup(Options.Replicas);
        try
        {
            return ContextCancellation.Obeyed(environment, stop => Train(input, processes, stop), Options.Cancellation);
        }
        catch (Exception problem) when (problem is not TrainingDivergedException) // in all processes alike
        {
            processes.AbortUnlessKnown(problem);
            throw;
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
    private ImageClassifierModel Train(IDataView input, ProcessGroup processes, CancellationToken stop)
    {
        var host = (processes.IsFirst ? environment : new MLContext()).Register(nameof(ImageClassifierTrainer)); // the others log nothing
        using var channel = host.Start("Training");
        var meter = new PhaseMeter(processes.IsFirst ? Options.PhaseProgress : null, text => channel.Info(MessageSensitivity.None, text))
        {
            Warned = text => channel.Warning(MessageSensitivity.None, text),
        };
        var labels = processes.Together(() => CountedLabels.Of(input, Options.LabelColumnName, meter, stop));
        var knowing = new ImageClassifierTrainer(
            environment,
            Options with
            {
                ImageCount = labels.Counts.Sum(),
                Progress = processes.IsFirst ? Options.Progress : null,
                Cancellation = stop,
            }
        );
        return knowing.Train(input, labels, host, channel, meter, processes);
    }

    private ImageClassifierModel Train(
        IDataView input,
        CountedLabels labels,
        IHost host,
        IChannel channel,
        PhaseMeter meter,
        ProcessGroup processes
    )
    {
        var device = processes.Together(() => TorchDevice.For(environment, channel));
        using var checkpoints = processes.Together(() => processes.IsFirst ? TrainingCheckpoints.Open(Options, device, channel) : null);
        var seed = processes.Share(Options.Seed ?? checkpoints?.Seed ?? host.Rand.Next());
        void Warn(string text) => channel.Warning(MessageSensitivity.None, text);
        PreparedTraining Prepared(ImageClassifierTrainer reading) => reading.Prepare(input, labels, seed, device, channel, meter);
        while (true)
        {
            using var training = PrepareTogether(input, processes, Prepared) with { Processes = processes };
            var decided = processes.Together(() => MirrorProbe.Decide(Options, training.Images.Train, training.Classes.Names, seed, Warn));
            var right = processes.Share(processes.Together(() => checkpoints?.SeedFor(decided, training)) ?? seed);
            if (right == seed)
            {
                return new ImageClassifierTrainer(environment, decided).Train(training, checkpoints, channel, meter);
            }

            seed = right; // once at most: the images are those of another training than was assumed
        }
    }

    private ImageClassifierModel Train(PreparedTraining training, TrainingCheckpoints? checkpoints, IChannel channel, PhaseMeter meter)
    {
        var classifier = training.Processes.Together(() => InitialClassifier(training, channel));
        try
        {
            var (reports, divergedIn) = Train(classifier, training, checkpoints, channel, meter);
            training.Processes.End();
            return Finish(classifier, training, reports, divergedIn);
        }
        catch (Exception problem) when (problem is not TrainingDivergedException { LastGoodModel: not null })
        {
            classifier.Network.Dispose();
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
        SharedStart.Begin(checkpoints, state, Options, training);
        void Tell(string text) => channel.Info(MessageSensitivity.None, text);
        var loop = new TrainingLoop(Options, training.Classes, classifier.Preprocessing, training.Device, training.Seed)
        {
            Processes = training.Processes,
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
            HorizontalFlip = Options.Augmentation.HorizontalFlip,
            SkippedImages = [.. training.Skipped],
        };
        return divergedIn is { } epoch ? throw new TrainingDivergedException(epoch, model) : model;
    }
}
