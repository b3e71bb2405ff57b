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

    [Test]
    public void KeepFreedBlocks_TheSameBlockAgainAndAgain_IsFetchedFromTheKernelOnce()
    {
        Assume.That(NativeAllocator.KeepFreedBlocks(), Is.True, "another allocator than glibc's");
        Allocate(1);

        Assert.That(PageFaultsOf(() => Allocate(20)), Is.LessThan(3 * Pages), "faults; 20 fetched blocks take 20 times as many pages");
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
