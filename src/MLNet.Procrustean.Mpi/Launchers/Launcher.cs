using System.Globalization;
using MLNet.Procrustean.Mpi.Libraries;

namespace MLNet.Procrustean.Mpi.Launchers;

/// <summary>What started this process as one of several, by the variables that it has set.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Family">Of the MPI library that it can start; null where it can start either.</param>
/// <param name="Size">How many processes it has started; null where it does not say.</param>
internal sealed record Launcher(string Name, MpiFamily? Family, int? Size)
{
    // Steps of Slurm that are not started by srun have numbers from here on.
    private const uint FirstSpecialStep = 0xFFFF_FFF0;

    /// <summary>The family of the library to look for first; null where nothing speaks for one.</summary>
    /// <remarks><c>srun --mpi=pmi2</c> can start either, if it is built for it, and Debian's Open MPI is not.</remarks>
    public MpiFamily? Likely { get; init; } = Family;

    /// <summary>By these variables; null where no launcher started the process, or started it alone.</summary>
    public static Launcher? Of(Func<string, string?> variable) => Find(variable) is { Size: not 1 } launcher ? launcher : null;

    // A launcher that starts its own daemons by srun leaves Slurm's variables, about those daemons, in the processes: so its own are first.
    private static Launcher? Find(Func<string, string?> variable)
    {
        int? Number(string name) => int.TryParse(variable(name), CultureInfo.InvariantCulture, out var number) ? number : null;
        var slurm = uint.TryParse(variable("SLURM_STEP_ID"), CultureInfo.InvariantCulture, out var step) && step < FirstSpecialStep;
        return Number("OMPI_COMM_WORLD_SIZE") is { } open ? new("mpirun of Open MPI", MpiFamily.OpenMpi, open)
            : Number("PMI_SIZE") is { } pmi
                ? new(slurm ? "srun" : "mpiexec of MPICH", slurm ? null : MpiFamily.Mpich, pmi) { Likely = MpiFamily.Mpich }
            : Number("MV2_COMM_WORLD_SIZE") is { } mvapich ? new("mpirun of MVAPICH", MpiFamily.Mpich, mvapich)
            : slurm && Number("SLURM_STEP_NUM_TASKS") is { } tasks ? new("srun", null, tasks)
            : variable("PMIX_RANK") is not null ? new("a launcher with PMIx", null, null)
            : null;
    }

    /// <summary>Refuses the library of another MPI, with which each process would train alone.</summary>
    /// <exception cref="InvalidOperationException">It is one.</exception>
    public void CheckFamily(MpiLibrary library)
    {
        if (Family is { } family && family != library.Family)
        {
            throw new InvalidOperationException(
                $"{Name} started this process, and the MPI library is another one, {library.Description}: "
                    + $"each process would train alone. Use the launcher of that library, or install the library of the launcher. "
                    + MpiSettings.Advice
            );
        }
    }

    /// <summary>Refuses a number of processes that is not what the launcher has started.</summary>
    /// <exception cref="InvalidOperationException">The library knows of others.</exception>
    public void CheckCount(int count, string library)
    {
        if (count != (Size ?? count))
        {
            throw new InvalidOperationException(
                $"{Name} started {Size} processes, and the MPI library, {library}, knows of {count}: "
                    + "it does not understand the launcher. With srun, choose --mpi=pmix for Open MPI and --mpi=pmi2 for MPICH "
                    + $"(srun --mpi=list shows what there is); otherwise use the mpirun of that library. {MpiSettings.Advice}"
            );
        }
    }
}
