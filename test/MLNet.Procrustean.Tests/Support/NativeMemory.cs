using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Counts the tensors that a piece of work leaves behind, and measures the memory of the process.</summary>
internal static class NativeMemory
{
    /// <summary>
    /// By how much TorchSharp's count of tensors stays higher after the network is built and disposed: it counts each parameter twice and
    /// its disposal once.
    /// </summary>
    public static long CountedTwice(Backbone backbone, ClassifierHead head = ClassifierHead.Linear)
    {
        using var network = backbone.Build(channels: 3, classes: 2, seed: 1, head);
        return network.parameters().Count();
    }

    /// <summary>
    /// What this process takes of the machine's memory once the garbage collector has returned what it can, in megabytes of 10^6 bytes.
    /// </summary>
    public static double ResidentMegabytes()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet / 1e6;
    }

    /// <summary>Tensors after the work less tensors before it. What only the garbage collector would free counts as left behind.</summary>
    public static long TensorsLeftBy(Action work)
    {
        work(); // creates what is created once per process
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        work();
        return Tensor.TotalCount - before;
    }

    /// <summary>
    /// The most resident memory that the work takes beyond what there was before it, in bytes; 0 on systems that do not report it.
    /// </summary>
    public static long PeakOf(Action work)
    {
        if (!OperatingSystem.IsLinux())
        {
            work();
            return 0;
        }

        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5"); // resets the peak
        var before = Resident("VmRSS");
        work();
        return Resident("VmHWM") - before;
    }

    private static long Resident(string name) =>
        1024
        * long.Parse(
            File.ReadLines("/proc/self/status")
                .First(line => line.StartsWith(name, StringComparison.Ordinal))
                .Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)[1],
            System.Globalization.CultureInfo.InvariantCulture
        );
}
