using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Support;

/// <summary>A run of TrainFolder that tests kill, and its checkpoints.</summary>
internal static class KilledTrainFolder
{
    /// <summary>Small batches and many random draws, on the images beside the model.</summary>
    public static string[] Arguments(string model, int epochs) =>
        [
            .. ExampleProgram.Training("TrainFolder", Path.Combine(Path.GetDirectoryName(model)!, "photos"), epochs),
            "--model",
            model,
            "--batch-size",
            "8",
            "--strategy",
            "mfw+la(tau=0.5)",
        ];

    /// <summary>The newest checkpoint in a folder; empty text without one.</summary>
    public static string Newest(string folder) =>
        Directory.Exists(folder) ? Directory.GetFiles(folder, "checkpoint-*.safetensors").Max(StringComparer.Ordinal) ?? "" : "";
}
