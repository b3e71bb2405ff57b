using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Interop;

/// <summary>What TorchSharp does not tell of an NVIDIA GPU, asked of its driver.</summary>
internal static class GpuFeatures
{
    // Names and numbers of the driver's cuda.h.
    private const int Success = 0;
    private const int ComputeCapabilityMajor = 75;

    private const int FirstWithBFloat16 = 8; // Ampere

    private delegate int Initialise(uint flags);

    private delegate int DeviceOf(out int device, int number);

    private delegate int AttributeOf(out int value, int attribute, int device);

    /// <summary>Whether the GPU of that number multiplies bfloat16 itself; false where there is no driver to tell.</summary>
    public static bool HasBFloat16(int number) =>
        NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out var driver)
        && Function<Initialise>(driver, "cuInit")(0) == Success
        && Function<DeviceOf>(driver, "cuDeviceGet")(out var device, number) == Success
        && Function<AttributeOf>(driver, "cuDeviceGetAttribute")(out var major, ComputeCapabilityMajor, device) == Success
        && major >= FirstWithBFloat16;

    private static T Function<T>(IntPtr library, string name) => Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(library, name));
}
