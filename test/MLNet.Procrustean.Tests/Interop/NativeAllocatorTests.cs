using System.Globalization;
using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Interop;

/// <summary>The process keeps the blocks that a step frees, but only while it trains.</summary>
[Platform("Linux")]
[NonParallelizable]
public sealed class NativeAllocatorTests
{
    private const int Megabytes = 16;
    private const int Pages = Megabytes * 256;
    private const int MmapThreshold = -3;

    [Test]
    public void KeepFreedBlocks_TheSameBlockAgainAndAgain_IsFetchedFromTheKernelOnce()
    {
        Assume.That(NativeAllocator.KeepFreedBlocks(), Is.True, "another allocator than glibc's");
        Allocate(1);

        Assert.That(PageFaultsOf(() => Allocate(20)), Is.LessThan(3 * Pages), "faults; 20 fetched blocks take 20 times as many pages");
    }

    // glibc before 2.35 refuses more than 32 MiB.
    [TestCase(1 << 30, 3)]
    [TestCase(32 << 20, 4)]
    public void KeepFreedBlocks_LargestThresholdThatIsTaken_IsSetBeforeTheOthers(int largest, int calls)
    {
        var set = new List<(int Parameter, int Value)>();
        var done = NativeAllocator.KeepFreedBlocks(
            (parameter, value) =>
            {
                set.Add((parameter, value));
                return parameter != MmapThreshold || value <= largest ? 1 : 0;
            }
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(done, Is.True);
            Assert.That(set.Last(one => one.Parameter == MmapThreshold).Value, Is.EqualTo(largest));
            Assert.That(set.Select(one => one.Parameter).Distinct(), Is.EqualTo(new[] { MmapThreshold, -1, -2 }));
            Assert.That(set, Has.Count.EqualTo(calls));
        }
    }

    [Test]
    public void KeepFreedBlocks_NoThresholdTaken_LeavesTheAllocatorsOwnRule()
    {
        var others = 0;
        var done = NativeAllocator.KeepFreedBlocks(
            (parameter, _) =>
            {
                others += parameter == MmapThreshold ? 0 : 1;
                return 0;
            }
        );
        Assert.That((done, others), Is.EqualTo((false, 0)));
    }

    [Test]
    public void ReturnFreedBlocks_AfterLargeOnes_ShrinksTheProcess()
    {
        Assume.That(NativeAllocator.KeepFreedBlocks(), Is.True, "another allocator than glibc's");
        Allocate(8, atOnce: true);
        var before = ResidentPages();

        NativeAllocator.ReturnFreedBlocks();

        Assert.That(before - ResidentPages(), Is.GreaterThan(4 * Pages));
    }

    [Test]
    public void SwitchedOff_NothingIsAsked()
    {
        AppContext.SetSwitch(ProcessWideTuning.Switch, false);
        try
        {
            Assert.That((NativeAllocator.KeepFreedBlocks(), NativeAllocator.ReturnFreedBlocks()), Is.EqualTo((false, false)));
        }
        finally
        {
            AppContext.SetSwitch(ProcessWideTuning.Switch, true);
        }
    }

    [Test]
    public void Fit_Ended_HasReturnedWhatTheStepsFreed()
    {
        var tiny = TinyModel.Shared;
        var options = TinyModel.Options with
        {
            Backbone = new CifarResNet { Depth = 8, Width = 32 },
            ImageSize = 64,
            BatchSize = 36,
            Epochs = 1,
        }; // 19 MB a feature map
        using var model = TinyModel.Trainer(tiny.Context, options).Fit(tiny.Keyed);
        var resident = ResidentPages();

        NativeAllocator.ReturnFreedBlocks();

        Assert.That(resident - ResidentPages(), Is.LessThan(Pages / 2));
    }

    private static void Allocate(int times, bool atOnce = false)
    {
        using var all = NewDisposeScope();
        for (var i = 0; i < times; i++)
        {
            var block = zeros(Megabytes << 20, uint8);
            if (!atOnce)
            {
                block.Dispose();
            }
        }
    }

    private static long PageFaultsOf(Action work)
    {
        var before = Faults();
        work();
        return Faults() - before;
    }

    // proc(5): minflt is the tenth field, the eighth after the name in parentheses.
    private static long Faults() =>
        long.Parse(
            File.ReadAllText("/proc/self/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[7],
            CultureInfo.InvariantCulture
        );

    private static long ResidentPages() => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture);
}
