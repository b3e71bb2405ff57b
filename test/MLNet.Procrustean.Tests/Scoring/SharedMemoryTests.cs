using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean.Tests.Scoring;

public sealed class SharedMemoryTests
{
    private int freed;

    [SetUp]
    public void NothingIsFreedYet() => freed = 0;

    [Test]
    public void Dispose_NotInUse_FreesOnce()
    {
        var memory = new SharedMemory(() => freed++, typeof(SharedMemoryTests), "disposed");
        memory.Begin().Dispose();
        Assert.That(freed, Is.Zero);
        memory.Dispose();
        memory.Dispose();
        Assert.That(freed, Is.EqualTo(1));
    }

    [Test]
    public void Dispose_InUse_RefusesOthersAndFreesAfterTheLast()
    {
        var memory = new SharedMemory(() => freed++, typeof(SharedMemoryTests), "disposed");
        var first = memory.Begin();
        var second = memory.Begin();

        memory.Dispose();

        Assert.That(() => memory.Begin(), Throws.TypeOf<ObjectDisposedException>().With.Message.Contains(nameof(SharedMemoryTests)));
        Assert.That(() => memory.Check(), Throws.TypeOf<ObjectDisposedException>());
        memory.Dispose();
        first.Dispose();
        Assert.That(freed, Is.Zero, "the second use continues");
        second.Dispose();
        Assert.That(freed, Is.EqualTo(1));
        Assert.That(() => memory.Begin(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Dispose_RacingUses_NeverFreesUnderOne()
    {
        var underUse = 0;
        for (var round = 0; round < 200; round++)
        {
            var gone = false;
            var memory = new SharedMemory(() => Volatile.Write(ref gone, true), typeof(SharedMemoryTests), "disposed");
            Parallel.For(0, 4, worker =>
            {
                try
                {
                    for (var i = 0; i < 1000; i++)
                    {
                        using var use = memory.Begin();
                        Interlocked.Add(ref underUse, Volatile.Read(ref gone) ? 1 : 0);
                        if (worker == 0 && i == round)
                        {
                            memory.Dispose();
                        }
                    }
                }
                catch (ObjectDisposedException)
                {
                    // every worker is refused sooner or later
                }
            });
            Assert.That(gone, Is.True);
        }

        Assert.That(underUse, Is.Zero);
    }
}
