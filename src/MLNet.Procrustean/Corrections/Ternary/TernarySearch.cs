using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Corrections.Ternary;

/// <summary>
/// Quantises the layers of a network, and then tries the other two values of each weight, in random order within a part and from the last
/// part to the first, as long as that helps.
/// </summary>
internal sealed class TernarySearch : IDisposable
{
    private readonly TernaryOptions options;
    private readonly StagedNetwork network;
    private readonly NetworkInputs images;
    private readonly NetworkInputs? validation;
    private readonly SearchLimits limits;
    private readonly EvaluationBatches batches;
    private readonly Measured before;
    private readonly List<(int Part, TernaryLayer Layer)> layers;
    private int sweep;
    private long tried; // in this sweep
    private long accepted; // in all
    private double objective = double.NaN;
    private double? accuracy; // of the validation images

    /// <summary>Quantises.</summary>
    /// <param name="options">Of the search.</param>
    /// <param name="network">In evaluation mode; it is changed, without gradients.</param>
    /// <param name="images">To search on.</param>
    /// <param name="validation">To choose the best weights by; null for the last ones.</param>
    public TernarySearch(TernaryOptions options, StagedNetwork network, NetworkInputs images, NetworkInputs? validation)
    {
        (this.options, this.network, this.images, this.validation) = (options, network, images, validation);
        limits = new(options);
        batches = new(images.Labels, options.BatchSize, options.Seed);
        before = Measure();
        limits.ThrowIfAsked();
        layers =
        [
            .. TernaryPart
                .Of(network, options.Layers)
                .SelectMany(part => part.Weights.Select(weight => (part.Number, new TernaryLayer(weight)))),
        ];
        WeightCount = layers.Sum(one => (long)one.Layer.Values.Length);
    }

    private long WeightCount { get; }

    /// <summary>Searches; the network then has the best weights that were found.</summary>
    /// <exception cref="OperationCanceledException">The search was cancelled, and there is to be no result.</exception>
    public TernaryReport Run()
    {
        var quantised = Measure();
        accuracy = quantised.MacroAccuracy;
        var best = Kept();
        var (isOver, rise) = (limits.AreReached(), 0); // the last sweep after which the accuracy had risen
        while (sweep < options.MaxSweeps && !isOver)
        {
            (sweep, tried) = (sweep + 1, 0);
            var changes = accepted;
            isOver = !Sweep() || accepted == changes;
            accuracy = validation?.MacroAccuracy();
            rise = accuracy > best.MacroAccuracy ? sweep : rise;
            isOver = isOver || (accuracy is not null && sweep - rise >= options.Patience);
            best = accuracy < best.MacroAccuracy || accepted == best.Accepted ? best : Kept();
        }

        foreach (var (one, values) in layers.Zip(best.Values))
        {
            one.Layer.Restore(values);
        }

        return Report(quantised, best, Measure());
    }

    public void Dispose() => layers.ForEach(one => one.Layer.Dispose());

    // Whether it came to its end.
    private bool Sweep()
    {
        limits.Tell(Progress, isDue: true);
        var isDone = layers.GroupBy(one => one.Part, one => one.Layer).All(part => SearchIn(part.Key, [.. part]));
        limits.Tell(Progress, isDue: true);
        return isDone;
    }

    private bool SearchIn(int part, TernaryLayer[] ofPart)
    {
        WeightTrials? trials = null;
        try
        {
            foreach (var (layer, index) in InRandomOrder(part, ofPart))
            {
                if (limits.AreReached())
                {
                    return false;
                }

                var number = ((sweep - 1) * WeightCount) + tried;
                if (trials is null || number % options.RedrawInterval == 0)
                {
                    trials?.Dispose();
                    trials = TrialsIn(part, batch: (int)(number / options.RedrawInterval ?? 0));
                }

                accepted += trials.Improve(layer, index) ? 1 : 0;
                (tried, objective) = (tried + 1, trials.Current);
                limits.Tell(Progress);
            }

            return true;
        }
        finally
        {
            trials?.Dispose();
        }
    }

    private TernaryProgress Progress() =>
        new()
        {
            Sweep = sweep,
            Tried = tried,
            Weights = WeightCount,
            AcceptedChanges = accepted,
            Objective = objective,
            ValidationMacroAccuracy = accuracy,
        };

    private WeightTrials TrialsIn(int part, int batch)
    {
        var rows = batches.Draw(batch);
        var labels = LabelsOf(rows);
        using var numbers = tensor(rows);
        var inputs = images.Of(part, numbers);
        if (part != network.PartsBeforeHead)
        {
            return new StageTrials(network, part, inputs, labels, options.Objective);
        }

        using var scope = NewDisposeScope();
        inputs.ForEach(input => scope.Attach(input));
        return new HeadTrials(network.Head, layers[0].Layer, cat(inputs), labels, options.Objective);
    }

    private IEnumerable<(TernaryLayer Layer, int Index)> InRandomOrder(int part, TernaryLayer[] ofPart)
    {
        using var random = RandomStream.Order.Generator(options.Seed, (sweep * (network.Stages.Count + 3)) + part);
        using var order = randperm(ofPart.Sum(layer => (long)layer.Values.Length), int64, generator: random);
        foreach (var number in order.data<long>().ToArray())
        {
            var (place, layer) = (number, 0);
            while (place >= ofPart[layer].Values.Length)
            {
                place -= ofPart[layer++].Values.Length;
            }

            yield return (ofPart[layer], (int)place);
        }
    }

    private Measured Measure()
    {
        using var scope = NewDisposeScope();
        var rows = batches.Draw(0);
        var labels = LabelsOf(rows);
        var objective = ObjectiveValue.Of(options.Objective, NetworkInputs.ByClass(images.Logits(tensor(rows))), labels);
        return new(objective, validation?.MacroAccuracy());
    }

    private int[] LabelsOf(long[] rows) => [.. rows.Select(row => images.Labels[row])];

    private Kept Kept() => new([.. layers.Select(one => one.Layer.Values.ToArray())], sweep, accepted, accuracy);

    private TernaryReport Report(Measured quantised, Kept best, Measured after) =>
        new()
        {
            Weights = WeightCount,
            PackedBytes = layers.Sum(one => Persistence.TernaryCodes.PackedBytes(one.Layer.Scales.Length, one.Layer.PerChannel)),
            Sweeps = best.Sweep,
            AcceptedChanges = best.Accepted,
            ObjectiveBefore = before.Objective,
            ObjectiveQuantised = quantised.Objective,
            ObjectiveAfter = after.Objective,
            ValidationMacroAccuracyBefore = before.MacroAccuracy,
            ValidationMacroAccuracyQuantised = quantised.MacroAccuracy,
            ValidationMacroAccuracyAfter = after.MacroAccuracy,
        };

    // The objective on the first batch, and the macro accuracy of the validation images.
    private sealed record Measured(double Objective, double? MacroAccuracy);
}

/// <summary>Weights to return to.</summary>
/// <param name="Values">t of each layer.</param>
/// <param name="Sweep">The sweep that ended with them; 0 for quantisation.</param>
/// <param name="Accepted">The changes that led to them.</param>
/// <param name="MacroAccuracy">Of the validation images; null without such images.</param>
internal sealed record Kept(IReadOnlyList<sbyte[]> Values, int Sweep, long Accepted, double? MacroAccuracy);
