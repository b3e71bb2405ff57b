using System.Runtime.CompilerServices;

namespace MLNet.Procrustean.Mpi.Gpus;

/// <summary>What TorchSharp calls natively and does not offer itself.</summary>
internal static class TensorCalls
{
    /// <summary>The address of the first value of a tensor, on its own device.</summary>
    /// <param name="none">Stands for the class of the function.</param>
    /// <param name="tensor">TorchSharp's handle.</param>
    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "THSTensor_data")]
    public static extern nint Data([UnsafeAccessorType("TorchSharp.PInvoke.NativeMethods, TorchSharp")] object? none, nint tensor);
}
