using System.Globalization;
using MLNet.Procrustean.Interop;

namespace MLNet.Procrustean.Mpi.Gpus;

/// <summary>Gives each process of a machine a GPU of its own: the only one that it sees, its number 0.</summary>
internal static class OwnGpu
{
    /// <summary>The variable in which CUDA looks for the GPUs that a process sees, when it is first used.</summary>
    public const string Variable = "CUDA_VISIBLE_DEVICES";

    // CUDA stops reading the list at a number that is not there.
    private const string None = "-1";

    /// <summary>Takes one, before CUDA is first used in this process.</summary>
    public static void Take(int localRank, int localCount)
    {
        if (OperatingSystem.IsLinux() && Of(Environment.GetEnvironmentVariable(Variable), localRank, localCount) is { } gpu)
        {
            Environment.SetEnvironmentVariable(Variable, gpu); // for processes that this one starts
            NativeEnvironment.Set(Variable, gpu);
        }
    }

    /// <summary>What the variable is to be; null where it stays as it is.</summary>
    /// <remarks>
    /// Where it names one GPU or none, the launcher has chosen already, as Slurm does with <c>--gpus-per-task=1</c>, or the user. A process
    /// for which no GPU is left sees none.
    /// </remarks>
    /// <param name="visible">What it is: a list, or null where it is not set and all GPUs are seen.</param>
    /// <param name="localRank">The number of the process among those of the machine.</param>
    /// <param name="localCount">Their number.</param>
    public static string? Of(string? visible, int localRank, int localCount) =>
        localCount == 1 ? null
        : visible is null ? localRank.ToString(CultureInfo.InvariantCulture)
        : visible.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is not { Length: > 1 } gpus ? null
        : localRank < gpus.Length ? gpus[localRank]
        : None;
}
