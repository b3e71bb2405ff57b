using MLNet.Procrustean.Interop;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Numerics;

/// <summary>What <see cref="Precision.Auto"/> means on a device.</summary>
internal static class PrecisionChoice
{
    /// <summary>The element type of features on a device.</summary>
    public static ScalarType On(this Precision precision, Device device) =>
        precision switch
        {
            Precision.Auto => HasBFloat16(device) ? ScalarType.BFloat16 : ScalarType.Float32,
            Precision.Bf16 => ScalarType.BFloat16,
            _ => ScalarType.Float32,
        };

    private static bool HasBFloat16(Device device) =>
        device.type == DeviceType.CUDA ? GpuFeatures.HasBFloat16(device.index) : ProcessorFeatures.HasBFloat16;
}
