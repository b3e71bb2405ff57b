using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Interop;

/// <summary>The device that an <see cref="Microsoft.ML.MLContext"/> asks for.</summary>
internal static class TorchDevice
{
    /// <summary>The GPU of that number, or the CPU where none is asked for, or where it is missing and falling back is allowed.</summary>
    /// <exception cref="InvalidOperationException">There is no such GPU, and falling back is not allowed.</exception>
    public static Device For(IHostEnvironment environment, IChannel channel)
    {
        var (gpu, fallback) = environment is IHostEnvironmentInternal asked ? (asked.GpuDeviceId, asked.FallbackToCpu) : (null, true);
        if (gpu is not { } number)
        {
            return Processor;
        }

        var available = LibTorch.IsThere && cuda.is_available() ? cuda.device_count() : 0;
        if (number >= 0 && number < available)
        {
            return new Device(DeviceType.CUDA, number);
        }

        var problem = $"GpuDeviceId is {number}, but TorchSharp sees {available} CUDA devices (its CUDA packages are needed to see any)";
        if (!fallback)
        {
            throw new InvalidOperationException($"{problem}. Set MLContext.GpuDeviceId to null to use the CPU, or FallbackToCpu to true.");
        }

        channel.Warning(MessageSensitivity.None, $"{problem}; the CPU is used instead.");
        return Processor;
    }

    // torch.CPU would load libtorch, which a program that scores with ONNX Runtime lacks.
    private static Device Processor => new(DeviceType.CPU);
}
