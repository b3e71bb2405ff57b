using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Numerics;

/// <summary>Copies to a GPU that the program does not wait for.</summary>
internal static class DeviceCopies
{
    /// <summary>The tensor on a device, copied in the order of the work that is queued there.</summary>
    /// <remarks>
    /// A plain copy to a GPU waits for everything that was queued before it, so that nothing could be prepared meanwhile. A copy from
    /// pinned memory does not wait: libtorch keeps that memory, whoever disposes the tensor, until the copy is done.
    /// </remarks>
    public static Tensor OnDevice(this Tensor tensor, Device device)
    {
        if (device.type != DeviceType.CUDA || tensor.device_type != DeviceType.CPU)
        {
            return tensor.to(device);
        }

        using var pinned = tensor.pin_memory();
        return pinned.to(device, copy: false, disposeAfter: false, non_blocking: true);
    }
}
