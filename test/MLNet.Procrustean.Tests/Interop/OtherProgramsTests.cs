using System.Diagnostics;
using MLNet.Procrustean.Interop;

namespace MLNet.Procrustean.Tests.Interop;

public sealed class OtherProgramsTests
{
    private const string Accounts = """
        cpu  1 2 3 4 5 6 7 8 9 10
        cpu0 100 20 3 1000 40 5 6 7 90 9
        cpu1 1 1 1 1 1 1 1 1 1 1
        cpu12 1000 0 0 3000 0 0 0 0 0 0
        intr 12345 1 2 3
        ctxt 99
        """;

    [Test]
    public void Sum_TextOfTheKernel_CountsWhatIsNeitherIdleNorWaiting()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(OtherPrograms.Sum(Accounts, _ => true), Is.EqualTo((141 + 6 + 1000.0, 1181 + 8 + 4000.0)));
            Assert.That(OtherPrograms.Sum(Accounts, number => number == 12), Is.EqualTo((1000.0, 4000.0)));
            Assert.That(OtherPrograms.Sum("", _ => true), Is.EqualTo((0.0, 0.0)));
        }
    }

    [Test]
    [Explicit("On a machine that does nothing else.")]
    public void Processors_BusyLoopInAnotherProcess_IsOne()
    {
        using var loop = Process.Start("sh", ["-c", "while :; do :; done"]);
        var others = new OtherPrograms();
        var own = Stopwatch.StartNew();
        while (own.Elapsed < TimeSpan.FromSeconds(2))
        {
            // this process is busy too, and does not count
        }

        var taken = others.Processors();
        loop.Kill();
        Assert.That(taken, Is.EqualTo(1).Within(0.2));
    }
}
