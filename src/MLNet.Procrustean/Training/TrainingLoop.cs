using System.Collections.Immutable;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Replicas;
using MLNet.Procrustean.Training.Features;
using MLNet.Procrustean.Training.Reinforcement;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>The one loop that trains a network: it asks the strategy for each epoch's rule and obeys it.</summary>
/// <param name="options">Of the training.</param>
/// <param name="classes">The classes with their numbers of training images.</param>
/// <param name="preprocessing">How an image is prepared for the network.</param>
/// <param name="device">Where the network is.</param>
/// <param name="seed">Of the training.</param>
internal sealed class TrainingLoop(
    ImageClassifierOptions options,
    ClassCounts classes,
    Preprocessing preprocessing,
    Device device,
    int seed
)
{
    /// <summary>Finds the epochs with a new rule, for the reports; null, the default, for none.</summary>
    public RuleChanges? Changes { get; init; }

    /// <summary>Whether it trains the head before the first epoch: the meter is then not told of epochs.</summary>
    public bool IsHeadStart { get; init; }

    /// <summary>Features of the same images that fewer parts have made, to compute others from; null, the default, for none.</summary>
    public EarlierFeatures? Earlier { get; init; }

    /// <summary>The processes that share the parts of each batch; by default, this one alone.</summary>
    public ProcessGroup Processes { get; init; } = new(replicas: null);

    /// <summary>Called with what is trained on, or null after the last epoch, before anything else; by default, nothing is.</summary>
    public Action<TrainingInputs?> Begin { get; init; } = _ => { };

    /// <summary>Trains the network in place.</summary>
    /// <param name="state">With the network to train; freshly made, or restored to where a training was interrupted or over.</param>
    /// <param name="images">To train on and, or null, to measure each epoch by; on the CPU.</param>
    /// <param name="report">Called after each epoch that ended well.</param>
    /// <param name="atSavePoint">Called wherever the state can be saved; null for nobody.</param>
    /// <param name="meter">Told of features and steps; null for none.</param>
    /// <returns>
    /// Null, or the epoch at which loss or weights ceased to be finite; the network then has the weights of the epoch before, or of the
    /// best one where that is to be kept. A cancelled training that keeps what it has reached leaves the same weights, and returns null.
    /// </returns>
    public int? Train(
        TrainingState state,
        TrainingImages images,
        Action<EpochReport> report,
        Action<SavePoint>? atSavePoint = null,
        PhaseMeter? meter = null
    )
    {
        using var gradient = enable_grad(); // whatever the caller's own thread had set
        try
        {
            return TrainOn(state, images.Train, images.Validation, report, atSavePoint ?? (_ => { }), meter ?? PhaseMeter.Silent());
        }
        catch (OperationCanceledException)
            when (options.OnCancel == CancellationOutcome.KeepBest
                && (Processes.IsShared ? Processes.IsCancelled : options.Cancellation.IsCancellationRequested) // as all have agreed
                && state.Reports.Count > 0
            )
        {
            state.Kept.RestoreLastGood(state.Network);
            return null;
        }
    }

    private int? TrainOn(
        TrainingState state,
        LabelledImages train,
        LabelledImages? validation,
        Action<EpochReport> report,
        Action<SavePoint> atSavePoint,
        PhaseMeter meter
    )
    {
        var network = state.Network;
        // the processes of a machine compute features once, as they decode images once
        using var cache = new SharedCache(Processes, options.CachePath, helps: network.FrozenParts > 0 && !IsOver(state));
        using var inputs = IsOver(state) ? null : cache.Make(() => InputsFor(network, train, cache.Path, meter));
        Begin(inputs);
        using var heldOut =
            inputs is null || validation is null ? null : cache.Make(() => InputsOfValidation(network, validation, cache.Path, meter));
        cache.Dispose(); // before hours of training
        var probe = inputs is null ? null : Probe(inputs, train.Labels);
        return TrainEpochs(state, inputs, heldOut, probe, report, atSavePoint, IsHeadStart ? PhaseMeter.Silent() : meter);
    }

    private int? TrainEpochs(
        TrainingState state,
        TrainingInputs? inputs,
        TrainingInputs? heldOut,
        TrainingProbe? probe,
        Action<EpochReport> report,
        Action<SavePoint> atSavePoint,
        PhaseMeter meter
    )
    {
        var network = state.Network;
        for (var number = state.Reports.Count + 1; !IsOver(state); number++)
        {
            var epoch = state.Enter(number, seed, classes, device);
            network.train();
            TrainEpoch(state, epoch, inputs!, atSavePoint, meter);
            var images = inputs!.Labels.shape[0];
            var (loss, seconds) = (epoch.LossSum.item<double>() / images, (state.Elapsed - epoch.Begun).TotalSeconds);
            network.eval();
            if (!double.IsFinite(loss) || !WeightSnapshot.IsFinite(network))
            {
                state.Kept.RestoreLastGood(network);
                state.DivergedIn = number;
                return number;
            }

            state.Reports.Add(Measured(state, epoch, loss, images / seconds, heldOut, probe));
            report(state.Reports[^1]);
        }

        state.Kept.RestoreChosen(network);
        return state.DivergedIn; // set where the training had diverged before it was resumed
    }

    // Features, where frozen parts see an image in a few fixed forms and nothing is mixed or perturbed before them; else the images.
    private TrainingInputs InputsFor(StagedNetwork network, LabelledImages train, string? cachePath, PhaseMeter meter) =>
        (
            network.FrozenParts == 0 || !ImageViews.AreAllOf(options.Augmentation) || ChangesInputsOfFrozenParts(network)
                ? null
                : KeptFeatures.Of(
                    new(network, train, new(options.Augmentation), preprocessing, options, device) { Earlier = Earlier },
                    cachePath,
                    meter
                )
        )
        ?? (TrainingInputs)
            new AugmentedImages(
                train,
                options.Augmentation.NeedsProcessor ? null : ResidentImages.For(device, train),
                options,
                preprocessing,
                device
            );

    private bool ChangesInputsOfFrozenParts(StagedNetwork network)
    {
        using var scope = NewDisposeScope();
        var stages = network.Stages.Count;
        return Enumerable
            .Range(1, options.Epochs)
            .SelectMany(number => EpochContext.Possible(number, options.Epochs, classes, device))
            .Select(options.Strategy.RuleFor)
            .Any(rule => rule.Perturbation is not null || rule.Mixing?.Depth.Earliest(stages) < Math.Min(network.FrozenParts, stages + 1));
    }

    private TrainingInputs InputsOfValidation(StagedNetwork network, LabelledImages images, string? cachePath, PhaseMeter meter) =>
        (
            network.FrozenParts == 0
                ? null
                : KeptFeatures.Of(
                    new(network, images, ImageViews.One, preprocessing, options, device),
                    ImageClassifierOptions.CacheOfValidation(cachePath),
                    meter
                )
        ) ?? (TrainingInputs)new AugmentedImages(images, resident: null, options, preprocessing, device);

    // Each process measures a share of the images.
    private double? AccuracyOn(TrainingInputs? heldOut, StagedNetwork network)
    {
        if (heldOut is null)
        {
            return null;
        }

        Tensor LogitsOf(Tensor rows)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            return heldOut.LogitsOf(network, rows);
        }

        var hits = Processes.Together(() =>
            Inference.Hits(LogitsOf, heldOut.Labels, classes.Classes, device, Processes.Rank, Processes.Count)
        );
        return Inference.MacroAccuracy(Processes.Sum(hits), heldOut.Labels);
    }

    private TrainingProbe? Probe(TrainingInputs inputs, Tensor labels) =>
        options.Diagnostics is { } choice ? new(choice, inputs.LogitsOf, labels, classes, device, seed, options.Cancellation) : null;

    private bool IsOver(TrainingState state) => state.Reports.Count >= options.Epochs || state.DivergedIn is not null;

    private void TrainEpoch(
        TrainingState state,
        EpochProgress epoch,
        TrainingInputs inputs,
        Action<SavePoint> atSavePoint,
        PhaseMeter meter
    )
    {
        using var scope = NewDisposeScope();
        var progress = state.Reports.Count > 0 ? state.Reports[^1].TrainingAccuracy : default(ImmutableArray<double>?);
        var rule = options.Strategy.RuleFor(new(epoch.Number, options.Epochs, classes, device) { TrainingAccuracy = progress });
        // kept alive during the draw, which a garbage collection could end otherwise
        using var order = RandomStream.Order.Generator(seed, epoch.Number);
        var rows = EpochOrder.Sample(inputs.Labels, rule.SamplingWeights, order);
        var batches = EpochOrder.Batches(rows, options.BatchSize, options.BatchParts);
        var run = StepsOf(state, epoch, inputs, rule, rows);
        var done = batches.Take(epoch.Steps).Sum(batch => batch.shape[0]);
        meter.BeginEpoch(epoch.Number, options.Epochs, rows.shape[0], done);
        for (var step = epoch.Steps; step < batches.Count; step++)
        {
            if (Processes.IsShared ? Processes.IsCancelled : options.Cancellation.IsCancellationRequested)
            {
                Processes.Together(() => atSavePoint(SavePoint.Cancellation)); // a launcher may end all when the first of them ends
                throw new OperationCanceledException(options.Cancellation);
            }

            var middle = epoch.Number - 1 + ((step + 0.5) / batches.Count); // of the step, in epochs
            var rate = options.LearningRate * options.LearningRateSchedule.FactorAt(middle, options.Epochs);
            run(step, new(((epoch.Number - 1L) * batches.Count) + step, (long)options.Epochs * batches.Count, rate));
            atSavePoint(step + 1 == batches.Count ? SavePoint.EpochEnd : SavePoint.Step);
            done += batches[step].shape[0];
            meter.Reached(done);
        }

        meter.End();
    }

    // What each step does with its mini-batch.
    private Action<int, StepPlace> StepsOf(TrainingState state, EpochProgress epoch, TrainingInputs inputs, TrainingRule rule, Tensor rows)
    {
        var one = new TrainingStep(state.Network, state.Optimizer, options, inputs, device, Processes);
        if (rule.Rewards is not { } rewards)
        {
            var batches = EpochOrder.Batches(rows.OnDevice(inputs.Labels.device), options.BatchSize, options.BatchParts);
            return (step, place) => one.Run(batches[step], rule, epoch, place);
        }

        var answered = EpochOrder.Batches(rows, options.BatchSize);
        var following = EpochOrder.Batches(EpochOrder.Following(rows, ReplayMemory.None), options.BatchSize);
        var learning = new QLearningStep(state.Network, state.Memory!, inputs, one, rewards, device);
        return (step, place) => learning.Run(answered[step], following[step], epoch, place);
    }

    // An epoch that ended well: its weights are offered, and its report is made.
    private EpochReport Measured(
        TrainingState state,
        EpochProgress epoch,
        double loss,
        double imagesPerSecond,
        TrainingInputs? heldOut,
        TrainingProbe? probe
    )
    {
        var accuracy = AccuracyOn(heldOut, state.Network);
        return Processes.Together(() =>
        {
            var diagnostics = probe?.After(epoch.Number, options.Epochs, state.Network);
            state.Kept.Offer(state.Network, accuracy);
            return Report(epoch, loss, imagesPerSecond, accuracy, diagnostics, state);
        });
    }

    private EpochReport Report(
        EpochProgress epoch,
        double loss,
        double imagesPerSecond,
        double? validationAccuracy,
        EpochDiagnostics? diagnostics,
        TrainingState state
    ) =>
        new()
        {
            Epoch = epoch.Number,
            Epochs = options.Epochs,
            Loss = loss,
            LearningRate = epoch.LearningRate,
            ImagesPerSecond = imagesPerSecond,
            Classes = classes.Names,
            TrainingAccuracy = epoch.Accuracy(),
            ValidationMacroAccuracy = validationAccuracy,
            RuleChange = Changes?.In(epoch.Number),
            Diagnostics = diagnostics,
            Elapsed = state.Elapsed,
            Preparation = state.Preparation,
        };
}
