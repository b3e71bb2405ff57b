using MLNet.Procrustean.Mpi.Gpus;

namespace MLNet.Procrustean.Programs.Tests.Mpi;

public sealed class OwnGpuTests
{
    [TestCase(null, 0, 1, null, TestName = "Of_AloneOnItsMachine_SeesAll")]
    [TestCase("0,1", 0, 1, null, TestName = "Of_AloneOnItsMachine_SeesThoseOfTheList")]
    [TestCase(null, 0, 2, "0", TestName = "Of_FirstOfTwo_SeesTheFirst")]
    [TestCase(null, 1, 2, "1", TestName = "Of_SecondOfTwo_SeesTheSecond")]
    [TestCase("4,5", 1, 2, "5", TestName = "Of_SecondOfTwo_SeesTheSecondOfTheList")]
    [TestCase("GPU-8932f937, GPU-1f2c01b6", 1, 2, "GPU-1f2c01b6", TestName = "Of_Identifiers_AreTakenAsTheyAre")]
    [TestCase("4,5", 2, 3, "-1", TestName = "Of_MoreProcessesThanGpus_SeesNone")]
    [TestCase("3", 1, 2, null, TestName = "Of_OneGpuChosen_KeepsIt")]
    [TestCase("", 1, 2, null, TestName = "Of_NoGpuChosen_KeepsNone")]
    public void Of(string? visible, int localRank, int localCount, string? expected) =>
        Assert.That(OwnGpu.Of(visible, localRank, localCount), Is.EqualTo(expected));
}
