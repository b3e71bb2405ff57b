using MLNet.Procrustean.Interop;

namespace MLNet.Procrustean.Onnx.Runtime;

/// <summary>Turns the telemetry of ONNX Runtime off, unless the user has decided about it.</summary>
/// <remarks>
/// By default it writes events into a database in the user's folder on Linux, and sends them. It reads the native environment, which .NET's
/// own <see cref="Environment.SetEnvironmentVariable(string, string)"/> does not change on Unix, when it is first used.
/// </remarks>
internal static class Telemetry
{
    /// <summary>The environment variable: 1 for off, 0 for on.</summary>
    public const string Variable = "ORT_DISABLE_TELEMETRY";

    private static readonly Lazy<bool> IsOff = new(SetVariable);

    /// <summary>To be called before ONNX Runtime is used for the first time; doing so again does nothing.</summary>
    public static void TurnOff() => _ = IsOff.Value;

    private static bool SetVariable()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not null)
        {
            return false;
        }

        Environment.SetEnvironmentVariable(Variable, "1");
        return OperatingSystem.IsWindows() || NativeEnvironment.SetUnlessSet(Variable, "1");
    }
}
