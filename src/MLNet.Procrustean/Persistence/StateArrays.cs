using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Persistence;

/// <summary>Moves all weights of a training to and from named arrays: the network's, the optimizer's velocities, and those that were kept; its reports too.</summary>
internal static class StateArrays
{
    private const string Network = "network.";
    private const string Velocity = "velocity.";
    private const string LastGood = "last_good.";
    private const string Best = "best.";

    public static List<NamedArray> Read(TrainingState state)
    {
        var names = state.Network.named_parameters().Select(named => named.name);
        return
        [
            .. Under(Network, NetworkWeights.Read(state.Network)),
            .. Under(Velocity, NetworkWeights.Read(names.Zip(state.Optimizer.Velocities))), // none before the first step
            .. Under(LastGood, NetworkWeights.Read(state.Kept.LastGood?.Named ?? [])),
            .. Under(Best, NetworkWeights.Read(state.Kept.Best?.Named ?? [])),
            .. ReportArrays.Read(state.Reports),
        ];
    }

    /// <summary>Of a training that is over, whose network has the weights that were chosen: nothing else is needed any more.</summary>
    public static List<NamedArray> ReadFinished(TrainingState state) => [.. Under(Network, NetworkWeights.Read(state.Network)), .. ReportArrays.Read(state.Reports)];

    /// <exception cref="InvalidDataException">The arrays are not those of such a training.</exception>
    public static void Write(IReadOnlyList<NamedArray> arrays, TrainingState state, string backbone, double bestAccuracy)
    {
        List<NamedArray> Of(string prefix) =>
            [.. arrays.Where(array => array.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(array => array with { Name = array.Name[prefix.Length..] })];

        // Kept weights pass through the network, so that copies of it are made as in training.
        WeightSnapshot? Snapshot(string prefix)
        {
            var weights = Of(prefix);
            if (weights.Count == 0)
            {
                return null;
            }

            NetworkWeights.Write(weights, state.Network, backbone);
            return WeightSnapshot.Of(state.Network);
        }

        state.Kept.GoOnFrom(Snapshot(LastGood), Snapshot(Best), bestAccuracy);
        NetworkWeights.Write(Of(Network), state.Network, backbone);
        using var scope = NewDisposeScope();
        var velocities = Of(Velocity).ToDictionary(array => array.Name, NetworkWeights.ToTensor);
        state.Optimizer.GoOnFrom(velocities.Count == 0 ? [] : [.. state.Network.named_parameters().Select(named => velocities[named.name])]);
    }

    private static IEnumerable<NamedArray> Under(string prefix, IEnumerable<NamedArray> arrays) => arrays.Select(array => array with { Name = prefix + array.Name });
}
