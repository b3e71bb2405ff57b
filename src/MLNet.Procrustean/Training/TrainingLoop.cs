using System.Collections.Immutable;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Rules;
using MLNet.Procrustean.Training.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>The one loop that trains a network: it asks the strategy for each epoch's rule and obeys it.</summary>
internal sealed class TrainingLoop(
    ImageClassifierOptions options,
    ClassCounts classes,
    Preprocessing preprocessing,
    Device device,
    int seed
)
{
    /// <summary>Trains the network in place.</summary>
    /// <param name="state">With the network to train; freshly made, or brought to where a training was interrupted or over.</param>
    /// <param name="train">The training images, on the CPU.</param>
    /// <param name="validation">Images to measure each epoch by, or null.</param>
    /// <param name="report">Called after each epoch that ended well.</param>
    /// <param name="checkpoints">Where to write checkpoints, or null.</param>
    /// <returns>
    /// Null, or the epoch at which loss or weights ceased to be finite; the network then has the weights of the epoch before,
    /// or of the best one where that is to be kept. So it has, and null is returned, where a cancelled training keeps what it has reached.
    /// </returns>
    public int? Train(
        TrainingState state,
        LabelledImages train,
        LabelledImages? validation,
        Action<EpochReport> report,
        TrainingCheckpoints? checkpoints = null
    )
    {
        using var gradient = enable_grad(); // whatever the caller's own thread had set
        try
        {
            return TrainEpochs(state, train, validation, report, checkpoints);
        }
        catch (OperationCanceledException)
            when (options is { OnCancel: CancellationOutcome.KeepBest, Cancellation.IsCancellationRequested: true }
                && state.Reports.Count > 0
            )
        {
            state.Kept.RestoreLastGood(state.Network);
            return null;
        }
    }

    private int? TrainEpochs(
        TrainingState state,
        LabelledImages train,
        LabelledImages? validation,
        Action<EpochReport> report,
        TrainingCheckpoints? checkpoints
    )
    {
        var (network, kept) = (state.Network, state.Kept);
        using var resident = IsOver(state) ? null : ResidentImages.For(device, train);
        var probe = options.Diagnostics is null ? null : new TrainingProbe(options, train, classes, preprocessing, device, seed);
        for (var number = state.Reports.Count + 1; !IsOver(state); number++)
        {
            var epoch = state.Enter(number, seed, classes.Classes, device);
            network.train();
            var (loss, accuracy) = TrainEpoch(state, epoch, resident ?? train, checkpoints);
            var seconds = (state.Elapsed - epoch.Begun).TotalSeconds;
            network.eval();
            if (!double.IsFinite(loss) || !WeightSnapshot.IsFinite(network))
            {
                kept.RestoreLastGood(network);
                state.DivergedIn = number;
                return number;
            }

            var validationAccuracy = validation is null
                ? null
                : (double?)Inference.MacroAccuracy(network, preprocessing, validation, classes.Classes, device);
            var diagnostics = probe?.After(number, network);
            kept.Offer(network, validationAccuracy);
            state.Reports.Add(
                new()
                {
                    Epoch = number,
                    Epochs = options.Epochs,
                    Loss = loss,
                    LearningRate = epoch.LearningRate,
                    ImagesPerSecond = train.Count / seconds,
                    Classes = classes.Names,
                    TrainingAccuracy = accuracy,
                    ValidationMacroAccuracy = validationAccuracy,
                    Diagnostics = diagnostics,
                    Elapsed = state.Elapsed,
                }
            );
            report(state.Reports[^1]);
        }

        kept.RestoreChosen(network);
        return state.DivergedIn; // known where a training that is over was taken up
    }

    private bool IsOver(TrainingState state) => state.Reports.Count >= options.Epochs || state.DivergedIn is not null;

    private (double Loss, ImmutableArray<double> Accuracy) TrainEpoch(
        TrainingState state,
        EpochProgress epoch,
        LabelledImages images,
        TrainingCheckpoints? checkpoints
    )
    {
        using var epochScope = NewDisposeScope();
        var (network, optimizer) = (state.Network, state.Optimizer);
        var rule = options.Strategy.RuleFor(new(epoch.Number, options.Epochs, classes, device));
        var (augmentation, mixing) = (epoch.Augmentation, epoch.Mixing);
        using var order = RandomStream.Order.Generator(seed, epoch.Number); // kept during the draw, which a garbage collection could end otherwise
        var batches = EpochOrder.Batches(
            EpochOrder.Draw(images.Labels, rule.SamplingWeights, order).OnDevice(images.Labels.device),
            options.BatchSize
        );
        var (lossSum, seen, correct) = (epoch.LossSum, epoch.Seen, epoch.Correct);
        for (var step = epoch.Steps; step < batches.Count; step++)
        {
            if (options.Cancellation.IsCancellationRequested)
            {
                checkpoints?.Write(state);
                throw new OperationCanceledException(options.Cancellation);
            }

            using var stepScope = NewDisposeScope();
            var labels = images.Labels.index_select(0, batches[step]).OnDevice(device); // [B]
            var pixels = options.Augmentation.Apply(images.Pixels.Rows(batches[step]), augmentation).OnDevice(device); // [B, S, S, channels]
            var inputs = preprocessing.Normalise(pixels, options.Precision.On(device)); // [B, channels, S, S]

            var mixed = rule.Mixing?.Draw(labels, options.Backbone.ResidualStages, mixing);
            var (loss, hits) = Forward(network, rule, inputs, labels, mixed);
            optimizer.ZeroGrad();
            loss.backward();
            if (options.MaxGradientNorm is { } longest)
            {
                GradientClipping.Shorten(optimizer.Weights, longest);
            }

            var rate =
                options.LearningRate
                * options.LearningRateSchedule.FactorAt(epoch.Number - 1 + ((step + 0.5) / batches.Count), options.Epochs); // of the step's middle
            optimizer.Step(rate);

            lossSum.PlusInPlace(loss.detach().Times(labels.shape[0]));
            seen.scatter_add_(0, labels, ones_like(labels));
            correct.scatter_add_(0, labels, hits);
            epoch.StepDone(rate);
            checkpoints?.StepDone(state, endsEpoch: step + 1 == batches.Count);
        }

        var shares = correct.to(float64) / seen;
        return (lossSum.item<double>() / images.Count, [.. shares.cpu().data<double>().ToArray()]);
    }

    // A scope of its own, closed before backward, so that what only the forward pass needs is gone by then.
    private static (Tensor Loss, Tensor Hits) Forward(
        StagedNetwork network,
        TrainingRule rule,
        Tensor inputs,
        Tensor labels,
        BatchMixing? mixing
    )
    {
        using var scope = NewDisposeScope();
        var logits = network.Forward(inputs, mixing); // [B, C]
        var loss = (mixing is null ? rule.Loss(logits, labels) : mixing.Loss(rule.Loss, logits, labels)).mean();
        var hits = (logits.detach().argmax(1) == labels).to(int64);
        return (loss.MoveToOuterDisposeScope(), hits.MoveToOuterDisposeScope());
    }
}
