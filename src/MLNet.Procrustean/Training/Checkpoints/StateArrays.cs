using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Persistence;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Checkpoints;

/// <summary>
/// Moves the weights of a training (the network's, the optimizer's moments, and the kept ones), what Q-learning remembers, and its reports
/// to and from named arrays.
/// </summary>
internal static class StateArrays
{
    private const string Network = "network.";
    private const string Initial = "initial.";
    private const string LastGood = "last_good.";
    private const string Best = "best.";

    public static List<NamedArray> Capture(TrainingState state)
    {
        var names = state.Network.TrainedWeights.Select(named => named.Name).ToList();
        return
        [
            .. Under(Network, NetworkWeights.Capture(state.Network)),
            // none before the first step
            .. state.Optimizer.Moments.SelectMany(moment => Under($"{moment.Key}.", NetworkWeights.Capture(names.Zip(moment.Value)))),
            .. Under(Initial, NetworkWeights.Capture(state.Kept.Initial?.Named ?? [])),
            .. Under(LastGood, NetworkWeights.Capture(state.Kept.LastGood?.Named ?? [])),
            .. Under(Best, NetworkWeights.Capture(state.Kept.Best?.Named ?? [])),
            .. QLearningArrays.Capture(state.Memory),
            .. ReportArrays.Capture(state.Reports),
        ];
    }

    /// <summary>Of a training that is over, whose network has the weights that were chosen: nothing else is needed.</summary>
    public static List<NamedArray> CaptureFinished(TrainingState state) =>
        [.. Under(Network, NetworkWeights.Capture(state.Network)), .. ReportArrays.Capture(state.Reports)];

    /// <exception cref="InvalidDataException">The arrays are not those of such a training.</exception>
    public static void Restore(IReadOnlyList<NamedArray> arrays, TrainingState state, string backbone, double bestAccuracy)
    {
        var network = Of(arrays, Network);
        var moments = state.Optimizer.Moments.Keys.ToDictionary(name => name, name => Of(arrays, $"{name}."));
        var (initial, lastGood, best) = (Of(arrays, Initial), Of(arrays, LastGood), Of(arrays, Best));
        var known =
            network.Count
            + moments.Values.Sum(moment => moment.Count)
            + (initial.Count + lastGood.Count + best.Count)
            + (state.Memory is null ? 0 : QLearningArrays.In(arrays))
            + ReportArrays.In(arrays);
        if (known != arrays.Count)
        {
            throw new InvalidDataException("The checkpoint is damaged or of another kind: it has weights of an unknown kind.");
        }

        state.Kept.Restore(
            Snapshot(initial, state, backbone),
            Snapshot(lastGood, state, backbone),
            Snapshot(best, state, backbone),
            bestAccuracy
        );
        NetworkWeights.Restore(network, state.Network, backbone);
        using var scope = NewDisposeScope();
        var trained = state.Network.TrainedWeights.Select(named => (named.Name, (Tensor)named.Weight)).ToList();
        foreach (var (name, moment) in moments.Where(_ => moments.Values.Any(one => one.Count > 0)))
        {
            var pairs = NetworkWeights.Match(moment, trained, backbone);
            state.Optimizer.Restore(name, pairs.Select(pair => NetworkWeights.ToTensor(pair.Array)));
        }
    }

    private static List<NamedArray> Of(IReadOnlyList<NamedArray> arrays, string prefix) =>
        [
            .. arrays
                .Where(array => array.Name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(array => array with { Name = array.Name[prefix.Length..] }),
        ];

    // Kept weights pass through the network, so that copies of it are made as in training.
    private static WeightSnapshot? Snapshot(List<NamedArray> weights, TrainingState state, string backbone)
    {
        if (weights.Count == 0)
        {
            return null;
        }

        NetworkWeights.Restore(weights, state.Network, backbone);
        return WeightSnapshot.Of(state.Network);
    }

    private static IEnumerable<NamedArray> Under(string prefix, IEnumerable<NamedArray> arrays) =>
        arrays.Select(array => array with { Name = prefix + array.Name });
}
