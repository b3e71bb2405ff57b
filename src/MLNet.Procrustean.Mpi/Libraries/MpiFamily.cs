namespace MLNet.Procrustean.Mpi.Libraries;

/// <summary>The two ways in which MPI libraries represent what a program names: see <see cref="MpiHandles"/>.</summary>
internal enum MpiFamily
{
    /// <summary>Open MPI 4 and 5.</summary>
    OpenMpi,

    /// <summary>MPICH 3.1 and later, and the libraries that can take its place: Intel MPI, MVAPICH, Cray MPICH.</summary>
    Mpich,
}
