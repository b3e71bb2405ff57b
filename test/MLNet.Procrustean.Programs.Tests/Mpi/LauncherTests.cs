using MLNet.Procrustean.Mpi.Launchers;
using MLNet.Procrustean.Mpi.Libraries;

namespace MLNet.Procrustean.Programs.Tests.Mpi;

/// <summary>Launchers by the variables that each was seen to set.</summary>
public sealed class LauncherTests
{
    private static readonly MpiLibrary Open = new(0, "libmpi.so.40", MpiFamily.OpenMpi);
    private static readonly MpiLibrary Mpich = new(0, "libmpich.so.12", MpiFamily.Mpich);

    [Test]
    public void Of_NoVariables_IsNoLauncher() => Assert.That(Of(), Is.Null);

    [TestCase("OMPI_COMM_WORLD_SIZE")]
    [TestCase("PMI_SIZE")]
    public void Of_OneProcess_IsNoLauncher(string variable) => Assert.That(Of((variable, "1")), Is.Null);

    [Test]
    public void Of_OpenMpi_StartsItsOwnLibrary() =>
        Assert.That(
            Of(("OMPI_COMM_WORLD_SIZE", "4"), ("PMIX_RANK", "2")),
            Is.EqualTo(new Launcher("mpirun of Open MPI", MpiFamily.OpenMpi, 4))
        );

    [Test]
    public void Of_Hydra_StartsMpich() =>
        Assert.That(Of(("PMI_SIZE", "2"), ("PMI_RANK", "0")), Is.EqualTo(new Launcher("mpiexec of MPICH", MpiFamily.Mpich, 2)));

    [Test]
    public void Of_HydraWithinAnAllocationOfSlurm_HasItsOwnSize() =>
        Assert.That(Of(("SLURM_JOB_ID", "7"), ("SLURM_NTASKS", "8"), ("PMI_SIZE", "2"))?.Size, Is.EqualTo(2));

    [Test]
    public void Of_OpenMpiWhoseDaemonsSlurmStarted_HasItsOwnSize() =>
        Assert.That(
            Of(("SLURM_STEP_ID", "0"), ("SLURM_STEP_NUM_TASKS", "2"), ("OMPI_COMM_WORLD_SIZE", "16")),
            Is.EqualTo(new Launcher("mpirun of Open MPI", MpiFamily.OpenMpi, 16))
        );

    [Test]
    public void Of_Srun_StartsEither() =>
        Assert.That(Of(("SLURM_STEP_ID", "3"), ("SLURM_STEP_NUM_TASKS", "8")), Is.EqualTo(new Launcher("srun", null, 8)));

    [Test]
    public void Of_SrunWithPmi_StartsEitherAndMostLikelyMpich() =>
        Assert.That(Of(("SLURM_STEP_ID", "3"), ("PMI_SIZE", "8")), Is.EqualTo(new Launcher("srun", null, 8) { Likely = MpiFamily.Mpich }));

    [TestCase("4294967290")]
    [TestCase("4294967291")]
    public void Of_ScriptOrShellOfSlurm_IsNoLauncher(string step) =>
        Assert.That(Of(("SLURM_STEP_ID", step), ("SLURM_NTASKS", "8"), ("SLURM_STEP_NUM_TASKS", "8")), Is.Null);

    [Test]
    public void Of_AnotherLauncherWithPmix_HasNoSize() =>
        Assert.That(Of(("PMIX_RANK", "0")), Is.EqualTo(new Launcher("a launcher with PMIx", null, null)));

    [Test]
    public void Check_OtherNumberOfProcesses_NamesBothNumbers()
    {
        var launcher = new Launcher("srun", null, 8);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => launcher.CheckCount(1, "MPICH 4"),
                Throws.InvalidOperationException.With.Message.Contains("srun started 8 processes").And.Message.Contains("knows of 1")
            );
            Assert.That(() => launcher.CheckCount(8, "MPICH 4"), Throws.Nothing);
            Assert.That(() => (launcher with { Size = null }).CheckCount(1, "MPICH 4"), Throws.Nothing);
        }
    }

    [Test]
    public void Check_LibraryOfTheLauncher_IsTaken()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new Launcher("mpirun", MpiFamily.OpenMpi, 2).CheckFamily(Open), Throws.Nothing);
            Assert.That(() => new Launcher("mpiexec", MpiFamily.Mpich, 2).CheckFamily(Mpich), Throws.Nothing);
            Assert.That(() => new Launcher("srun", null, 2).CheckFamily(Mpich), Throws.Nothing);
        }
    }

    private static Launcher? Of(params (string Name, string Value)[] variables) =>
        Launcher.Of(name => variables.Where(one => one.Name == name).Select(one => one.Value).FirstOrDefault());
}
