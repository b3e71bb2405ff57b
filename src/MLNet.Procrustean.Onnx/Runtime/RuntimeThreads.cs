using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace MLNet.Procrustean.Onnx.Runtime;

/// <summary>How many threads a session of ONNX Runtime uses.</summary>
internal static class RuntimeThreads
{
    /// <summary>
    /// Settings with as many threads as <c>OMP_NUM_THREADS</c> says, as for libtorch, or as there are processors. The runtime itself would
    /// take all cores of the machine, also in a container that may use only some of them.
    /// </summary>
    public static SessionOptions Settings()
    {
        var settings = new SessionOptions { IntraOpNumThreads = Number, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); // waiting threads would take the processors from others
        return settings;
    }

    private static int Number =>
        int.TryParse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked)
        && asked > 0
            ? asked
            : Environment.ProcessorCount;
}
