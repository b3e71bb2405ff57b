using System.Runtime.InteropServices;

namespace Benchmark.Peers;

/// <summary>Keeps ONNX Runtime from recording its use in the home folder, which it does by default.</summary>
internal static class OnnxTelemetry
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>To be called before ONNX Runtime is loaded.</summary>
    public static void Disable()
    {
        Environment.SetEnvironmentVariable(Variable, "1");
        if (!OperatingSystem.IsWindows())
        {
            _ = setenv(Variable, "1", overwrite: 1); // .NET's own variables do not reach native code there
        }
    }

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setenv(string name, string value, int overwrite);
}
