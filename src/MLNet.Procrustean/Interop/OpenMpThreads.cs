namespace MLNet.Procrustean.Interop;

/// <summary>Lets libtorch's threads spin for a moment while they wait for each other, and then sleep.</summary>
/// <remarks>
/// By default, GNU OpenMP lets them spin for milliseconds, and where another program takes one of the processors, most of each step is
/// spent in spinning. Sleeping at once costs a tenth of the speed on a machine that is idle otherwise. A few microseconds of spinning avoid
/// both. OpenMP reads its environment when it is loaded, so the variables must be set before; .NET's own environment variables do not reach
/// native code. A policy that the user has set is kept, and <see cref="ProcessWideTuning"/> can switch this off.
/// </remarks>
internal static class OpenMpThreads
{
    public const string WaitPolicy = "OMP_WAIT_POLICY";
    public const string SpinCount = "GOMP_SPINCOUNT";
    private const string Turns = "5000";

    public static void WaitBriefly()
    {
        if (Environment.GetEnvironmentVariable(WaitPolicy) is null)
        {
            ProcessWideTuning.Try(() =>
                NativeEnvironment.SetUnlessSet(WaitPolicy, "passive") & NativeEnvironment.SetUnlessSet(SpinCount, Turns)
            );
        }
    }
}
