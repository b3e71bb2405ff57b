using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Options;

namespace MLNet.Procrustean.Training;

/// <summary>
/// Trains the head alone before the first epoch, on features that are computed once: see <see cref="ImageClassifierOptions.HeadEpochs"/>.
/// </summary>
internal static class HeadStart
{
    private const double LearningRate = 0.02;

    /// <summary>Trains the head where that is asked for, and records the weights that the training begins with.</summary>
    /// <param name="state">Of the training, resumed or not; what it trains is left as it was.</param>
    /// <param name="options">Of the training that follows.</param>
    /// <param name="training">Its images.</param>
    /// <param name="preprocessing">How images are normalised.</param>
    /// <param name="inputs">What is trained on after it: features of frozen stages need not be computed twice.</param>
    /// <param name="meter">Told of the features.</param>
    /// <param name="tell">Told when the head is trained.</param>
    /// <exception cref="TrainingDivergedException">The loss or the weights ceased to be finite.</exception>
    public static void Begin(
        TrainingState state,
        ImageClassifierOptions options,
        PreparedTraining training,
        Preprocessing preprocessing,
        TrainingInputs? inputs,
        PhaseMeter meter,
        Action<string> tell
    )
    {
        if (!state.IsFresh)
        {
            return; // resumed from after it
        }

        if (options.HeadEpochs > 0)
        {
            var last = Train(state.Network, options, training, preprocessing, inputs as KeptFeatures, meter);
            var accuracy = last.TrainingAccuracy.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average(); // of the classes it drew
            tell(
                FormattableString.Invariant(
                    $"The head was trained for {options.HeadEpochs} epochs first: training accuracy {accuracy:0.000}."
                )
            );
        }

        state.Kept.Begin(state.Network);
    }

    private static EpochReport Train(
        StagedNetwork network,
        ImageClassifierOptions options,
        PreparedTraining training,
        Preprocessing preprocessing,
        KeptFeatures? earlier,
        PhaseMeter meter
    )
    {
        var trained = network.TrainedWeights.Select(named => named.Weight).ToArray();
        network.Freeze(network.Stages.Count + 1);
        var ofHead = Of(options);
        using var state = new TrainingState(network, ofHead);
        var loop = new TrainingLoop(ofHead, training.Classes, preprocessing, training.Device, ~training.Seed)
        {
            IsHeadStart = true,
            Processes = training.Processes,
            Earlier = earlier?.Parts <= network.Stages.Count ? new(earlier.Parts, earlier.Of) : null,
        };
        var divergedIn = loop.Train(state, training.Images with { Validation = null }, _ => { }, meter: meter);
        if (divergedIn is { } epoch)
        {
            throw TrainingDivergedException.OfHead(epoch, options.MaxGradientNorm);
        }

        Array.ForEach(trained, weight => weight.requires_grad = true);
        network.Freeze(options.FrozenStages);
        return state.Reports[^1];
    }

    private static ImageClassifierOptions Of(ImageClassifierOptions options) =>
        options with
        {
            Strategy = new StrategyForHead(options.Strategy, options.Epochs),
            Epochs = options.HeadEpochs,
            LearningRate = TrainingDefaults.RateOf(options.Optimizer, LearningRate),
            Augmentation =
                options.Augmentation.Copies > 0
                    ? options.Augmentation
                    : Augmentation.None with
                    {
                        HorizontalFlip = options.Augmentation.Flips,
                    },
            InitialShare = 0,
            OnCancel = CancellationOutcome.Throw, // a head that is trained in part is not kept
            Keep = KeptEpoch.Last,
            Diagnostics = null,
        };

    /// <summary>
    /// A strategy's loss and sampling in the epoch at the same share of the training that follows, so that what is deferred there is
    /// deferred here too.
    /// </summary>
    /// <param name="Strategy">Of the training that follows.</param>
    /// <param name="Epochs">Of that training.</param>
    private sealed record StrategyForHead(TrainingStrategy Strategy, int Epochs) : TrainingStrategy
    {
        public override TrainingRule RuleFor(EpochContext epoch)
        {
            var number = (int)((((long)epoch.Number * Epochs) + epoch.Total - 1) / epoch.Total); // rounded up
            return Strategy.RuleFor(epoch with { Number = number, Total = Epochs }) with { Mixing = null, Perturbation = null };
        }
    }
}
