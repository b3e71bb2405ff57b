using MLNet.Procrustean.Mpi.Gpus;
using MLNet.Procrustean.Mpi.Launchers;
using MLNet.Procrustean.Mpi.Libraries;
using MLNet.Procrustean.Mpi.World;

namespace MLNet.Procrustean;

/// <summary>
/// Joins the processes that <c>mpirun</c>, <c>mpiexec</c> or <c>srun</c> started, to train one model together:
/// <c>new ImageClassifierOptions { Replicas = MpiReplicas.Join(), BatchParts = 4 }</c>.
/// </summary>
/// <remarks>
/// <para>
/// The processes talk by the MPI library of the system: Open MPI 4 or 5, MPICH 3.1 or later, or one that takes the place of MPICH (Intel
/// MPI, MVAPICH). It is found by the usual names, that of the launcher first; the environment variable <c>MLNET_PROCRUSTEAN_MPI</c>, or the
/// runtime setting <c>MLNet.Procrustean.MpiLibrary</c>, gives a path instead.
/// </para>
/// <para>
/// Each process of a machine has a GPU of its own: it sees that one only, as number 0 (<c>ml.GpuDeviceId = 0</c> in all), unless
/// <c>CUDA_VISIBLE_DEVICES</c> names a single one already. So join before anything uses a GPU. Sums then go by NCCL where all processes
/// find it (<c>libnccl.so.2</c>, or the path in <c>MLNET_PROCRUSTEAN_NCCL</c>), otherwise through the memory of the machines.
/// </para>
/// <para>
/// A process that ends with exit code 0 waits for the others to end. An exception that nobody catches ends all processes; one that ends
/// with another exit code ends the others after ten seconds, unless they end too.
/// </para>
/// </remarks>
public static class MpiReplicas
{
    private static readonly Lock Joining = new();
    private static IReplicas? joined;

    /// <summary>
    /// The processes that were started together with this one; this process alone where no launcher started it, or started it alone. Then
    /// no MPI library is needed or loaded. Another call returns the same.
    /// </summary>
    /// <returns>
    /// For <see cref="ImageClassifierOptions.Replicas"/>. <see cref="IReplicas.Sum"/> takes a flat tensor of float32, as long in all
    /// processes.
    /// </returns>
    /// <exception cref="DllNotFoundException">A launcher started the process, and there is no MPI library.</exception>
    /// <exception cref="InvalidOperationException">
    /// The MPI library is not that of the launcher, so that each process would train alone; or it lacks what is needed.
    /// </exception>
    public static IReplicas Join()
    {
        lock (Joining)
        {
            return joined ??= Launcher.Of(Environment.GetEnvironmentVariable) is { } launcher ? Join(launcher) : new OneProcess();
        }
    }

    private static MpiWorld Join(Launcher launcher)
    {
        UcxSignals.LeaveToDotnet(); // before the library is loaded, which reads the environment then
        var library = MpiLibrary.Find(MpiSettings.Path, launcher.Likely);
        launcher.CheckFamily(library);
        var world = MpiWorld.Join(library);
        launcher.CheckCount(world.Count, library.Description);
        OwnGpu.Take(world.LocalRank, world.LocalCount);
        return world;
    }
}
