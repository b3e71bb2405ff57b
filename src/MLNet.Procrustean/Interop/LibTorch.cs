using TorchSharp;

namespace MLNet.Procrustean.Interop;

/// <summary>The native libtorch, for which a program references a package of its own.</summary>
internal static class LibTorch
{
    private static readonly Lazy<DllNotFoundException?> Missing = new(Load);

    /// <summary>Whether the program has it.</summary>
    public static bool IsThere => Missing.Value is null;

    /// <exception cref="DllNotFoundException">
    /// The program does not have it, or it cannot be loaded; the message says what to reference or to set.
    /// </exception>
    public static void Check()
    {
        if (Missing.Value is { } problem)
        {
            throw new DllNotFoundException(problem.Message, problem.InnerException);
        }
    }

    private static DllNotFoundException? Load()
    {
        if (NativeCompatibility.FindProblem() is { } known)
        {
            return new(known);
        }

        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (TypeInitializationException problem) when (problem.InnerException is { } cause)
        {
            return None(cause);
        }
        catch (Exception problem) when (problem is NotSupportedException or DllNotFoundException or BadImageFormatException)
        {
            return None(problem);
        }
    }

    private static DllNotFoundException None(Exception cause) =>
        new(
            "There is no libtorch, which trains and scores. Reference the package TorchSharp-cpu, or one for a GPU; to score only, "
                + $"reference MLNet.Procrustean.Onnx, which does without it. TorchSharp said: {FirstLine(cause)}",
            cause
        );

    private static string FirstLine(Exception problem) => problem.Message.Split('\n')[0].TrimEnd();
}
