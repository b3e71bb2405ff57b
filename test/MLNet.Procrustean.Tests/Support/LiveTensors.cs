using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Counts the tensors that an action leaves behind.</summary>
internal static class LiveTensors
{
    /// <summary>
    /// The tensors that live after the action and did not before. Building a network leaves one for each of its parameters, until the
    /// next garbage collection: TorchSharp makes a parameter out of a tensor, takes its memory, and goes on counting the empty shell.
    /// </summary>
    public static long LeftBy(Action action)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        action();
        return Tensor.TotalCount - before;
    }
}
