using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Interop;

/// <summary>What TorchSharp does not report about an NVIDIA GPU, asked from its driver.</summary>
internal static class GpuFeatures
{
    // Names and numbers of the driver's cuda.h.
    private const int Success = 0;
    private const int ComputeCapabilityMajor = 75;

    private const int FirstWithBFloat16 = 8; // Ampere

    private static readonly ConcurrentDictionary<int, bool> Known = new();

    internal delegate int Initialise(uint flags);

    internal delegate int DeviceOf(out int device, int number);

    internal delegate int AttributeOf(out int value, int attribute, int device);

    /// <summary>Whether the GPU of that number has instructions for bfloat16; false where there is no driver.</summary>
    public static bool HasBFloat16(int number) =>
        Known.GetOrAdd(number, static one =>
            NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out var driver)
            && HasBFloat16(one, name => NativeLibrary.GetExport(driver, name))
        );

    /// <summary>The same for any driver, by the addresses of its functions.</summary>
    internal static bool HasBFloat16(int number, Func<string, IntPtr> addressOf)
    {
        T Function<T>(string name) => Marshal.GetDelegateForFunctionPointer<T>(addressOf(name));
        return Function<Initialise>("cuInit")(0) == Success
            && Function<DeviceOf>("cuDeviceGet")(out var device, number) == Success
            && Function<AttributeOf>("cuDeviceGetAttribute")(out var major, ComputeCapabilityMajor, device) == Success
            && major >= FirstWithBFloat16;
    }
}
