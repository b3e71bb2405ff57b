using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Numerics;

/// <summary>Copies to a GPU that the program does not wait for.</summary>
internal static class DeviceCopies
{
    /// <summary>The numbers on a device, in the order of what is queued there.</summary>
    /// <remarks>
    /// A plain copy to a GPU ends when all that was queued before it has ended, so that nothing could be prepared meanwhile. One from
    /// pinned memory need not: libtorch keeps that memory, whoever disposes the tensor, until the copy is done.
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
