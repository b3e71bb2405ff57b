using System.Reflection;
using System.Text.Json;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Replicas;

namespace MLNet.Procrustean.Training.Checkpoints;

/// <summary>Brings processes to the same state before the first step: the same settings and images, and the state of the first.</summary>
internal static class SharedStart
{
    /// <summary>Resumes where there is a checkpoint, and gives all processes the state of the first.</summary>
    /// <param name="checkpoints">Of the first process; null where none are asked for, and in the others.</param>
    /// <param name="state">Freshly made.</param>
    /// <param name="options">Of the training, with the defaults decided.</param>
    /// <param name="training">Its images.</param>
    /// <exception cref="ArgumentException">
    /// The settings are not those of the first process, or the checkpoint is of another training; the message lists what differs.
    /// </exception>
    /// <exception cref="IOException">The checkpoint cannot be resumed from.</exception>
    public static void Begin(
        TrainingCheckpoints? checkpoints,
        TrainingState state,
        ImageClassifierOptions options,
        PreparedTraining training
    )
    {
        var processes = training.Processes;
        if (!processes.IsShared)
        {
            checkpoints?.Resume(state, options, training);
            return;
        }

        CheckSame(processes, Settings(options, training));
        var found = processes.Together(() => checkpoints?.Resume(state, options, training));
        ShareState(processes, found, state, options.Backbone.Name, training);
    }

    // All that decides the training, and the versions that carry it out.
    private static Dictionary<string, string> Settings(ImageClassifierOptions options, PreparedTraining training) =>
        new[] { typeof(SharedStart).Assembly, typeof(TorchSharp.torch).Assembly }
            .Select(library => KeyValuePair.Create(library.GetName().Name!, VersionOf(library)))
            .Append(KeyValuePair.Create("Device", $"{training.Device.type}")) // processors and GPUs would sum in different ways
            .Concat(TrainingSettings.Complete(TrainingSettings.Of(options, training.Device)))
            .Concat(TrainingSettings.Of(training.Images, training.Classes.Names))
            .ToDictionary();

    private static string VersionOf(Assembly library) =>
        library.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? $"{library.GetName().Version}";

    private static void CheckSame(ProcessGroup processes, Dictionary<string, string> settings)
    {
        var ofFirst = JsonSerializer.Deserialize(
            processes.Share(JsonSerializer.SerializeToUtf8Bytes(settings, MomentJson.Default.DictionaryStringString)),
            MomentJson.Default.DictionaryStringString
        )!;
        processes.Together(() =>
        {
            if (SettingDifferences.Between(ofFirst, "process 0", settings) is { Count: > 0 } differences)
            {
                throw new ArgumentException(
                    $"Process {processes.Rank} would train something else than process 0:"
                        + string.Concat(differences.Select(line => Environment.NewLine + line))
                        + $"{Environment.NewLine}Start all processes with the same program, options and images."
                );
            }
        });
    }

    // The weights where the training begins, and where it is resumed everything else too.
    private static void ShareState(
        ProcessGroup processes,
        Checkpoint? found,
        TrainingState state,
        string backbone,
        PreparedTraining training
    )
    {
        using var stream = new MemoryStream();
        found?.Write(stream);
        var bytes = processes.Share(stream.ToArray());
        if (bytes.Length == 0)
        {
            var weights = NetworkWeights.Capture(state.Network);
            weights.ForEach(array => processes.ShareInPlace(array.Bytes));
            processes.Together(() => NetworkWeights.Restore(weights, state.Network, backbone));
        }
        else
        {
            processes.Together(() =>
            {
                if (!processes.IsFirst)
                {
                    using var received = new MemoryStream(bytes);
                    TrainingCheckpoints.Restore(Checkpoint.Read(received), state, backbone, training);
                }
            });
        }
    }
}
