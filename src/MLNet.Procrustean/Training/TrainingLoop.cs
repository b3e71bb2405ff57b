using System.Collections.Immutable;
using System.Diagnostics;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Imbalance;
using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Networks;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>The one loop that trains a network: it asks the strategy for each epoch's rule and obeys it.</summary>
internal sealed class TrainingLoop(ImageClassifierOptions options, ClassCounts classes, Preprocessing preprocessing, Device device, int seed)
{
    /// <summary>Trains the network in place.</summary>
    /// <param name="network">On the device, freshly built.</param>
    /// <param name="train">The training images, on the CPU.</param>
    /// <param name="validation">Images to measure each epoch by, or null.</param>
    /// <param name="report">Called after each epoch that ended well.</param>
    /// <returns>
    /// Null, or the epoch at which loss or weights ceased to be finite; the network then has the weights of the epoch before,
    /// or of the best one where that is to be kept.
    /// </returns>
    public int? Train(StagedNetwork network, LabelledImages train, LabelledImages? validation, Action<EpochReport> report)
    {
        using var gradient = enable_grad(); // whatever the caller's own thread had set
        using var optimizer = new MomentumDescent(network.parameters(), options.Momentum, options.WeightDecay);
        var clock = Stopwatch.StartNew();
        using var kept = new KeptWeights(options.Keep);
        var probe = options.Diagnostics is null ? null : new TrainingProbe(options, train, classes, preprocessing, device, seed);
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            var begun = clock.Elapsed;
            network.train();
            var (loss, rate, accuracy) = TrainEpoch(network, optimizer, train, epoch);
            var seconds = (clock.Elapsed - begun).TotalSeconds;
            network.eval();
            if (!double.IsFinite(loss) || !WeightSnapshot.IsFinite(network))
            {
                kept.RestoreLastGood(network);
                return epoch;
            }

            var validationAccuracy = validation is null ? null : (double?)Inference.MacroAccuracy(network, preprocessing, validation, classes.Classes, device);
            kept.Offer(network, validationAccuracy);
            report(new()
            {
                Epoch = epoch,
                Epochs = options.Epochs,
                Loss = loss,
                LearningRate = rate,
                ImagesPerSecond = train.Count / seconds,
                Classes = classes.Names,
                TrainingAccuracy = accuracy,
                ValidationMacroAccuracy = validationAccuracy,
                Diagnostics = probe?.After(epoch, network),
                Elapsed = clock.Elapsed,
            });
        }

        kept.RestoreChosen(network);
        return null;
    }

    private (double Loss, double LastRate, ImmutableArray<double> Accuracy) TrainEpoch(StagedNetwork network, MomentumDescent optimizer, LabelledImages train, int epoch)
    {
        using var epochScope = NewDisposeScope();
        var rule = options.Strategy.RuleFor(new(epoch, options.Epochs, classes, device));
        var augmentation = RandomStream.Augmentation.Generator(seed, epoch);
        var mixing = RandomStream.Mixing.Generator(seed, epoch);
        var batches = EpochOrder.Batches(EpochOrder.Draw(train.Labels, rule.DrawWeights, RandomStream.Order.Generator(seed, epoch)), options.BatchSize);
        var lossSum = zeros(1, float64, device);
        var (seen, correct) = (zeros(classes.Classes, int64, device), zeros(classes.Classes, int64, device));
        var rate = 0.0;
        for (var step = 0; step < batches.Count; step++)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            using var stepScope = NewDisposeScope();
            var labels = train.Labels.index_select(0, batches[step]).to(device); // [B]
            var pixels = options.Augmentation.Apply(train.Pixels.Rows(batches[step]).to(device), augmentation); // [B, S, S, channels]
            var images = preprocessing.Normalise(pixels); // [B, channels, S, S]

            var mixed = rule.Mixing?.Draw(labels, options.Backbone.ResidualStages, mixing);
            var (loss, hits) = Forward(network, rule, images, labels, mixed);
            optimizer.ZeroGradients();
            loss.backward();
            rate = options.LearningRate * options.Schedule.FactorAt(epoch - 1 + ((step + 0.5) / batches.Count), options.Epochs); // of the step's middle
            optimizer.Step(rate);

            lossSum.PlusInPlace(loss.detach().Times(labels.shape[0]));
            seen.scatter_add_(0, labels, ones_like(labels));
            correct.scatter_add_(0, labels, hits);
        }

        var shares = correct.to(float64) / seen;
        return (lossSum.item<double>() / train.Count, rate, [.. shares.cpu().data<double>().ToArray()]);
    }

    // A scope of its own, closed before backward, so that what only the forward pass needs is gone by then.
    private static (Tensor Loss, Tensor Hits) Forward(StagedNetwork network, TrainingRule rule, Tensor images, Tensor labels, BatchMixing? mixing)
    {
        using var scope = NewDisposeScope();
        var logits = network.Forward(images, mixing); // [B, C]
        var loss = (mixing is null ? rule.Loss(logits, labels) : mixing.Loss(rule.Loss, logits, labels)).mean();
        var hits = (logits.detach().argmax(1) == labels).to(int64);
        return (loss.MoveToOuterDisposeScope(), hits.MoveToOuterDisposeScope());
    }
}
