using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>ONNX Runtime on one thread, which does not record its use in the user's folder.</summary>
internal static class QuietOnnxRuntime
{
    public static InferenceSession Session(byte[] model)
    {
        DisableTelemetry();
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        return new(model, options);
    }

    /// <summary>To be called before ONNX Runtime is loaded; .NET's own environment variables do not reach native code.</summary>
    public static void DisableTelemetry()
    {
        if (OperatingSystem.IsLinux())
        {
            Assert.That(setenv("ORT_DISABLE_TELEMETRY", "1", overwrite: 1), Is.Zero);
        }
    }

    [DllImport("libc", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setenv(string name, string value, int overwrite);
}
