using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Images;

/// <summary>Training images that are kept on a GPU, so that no step copies any.</summary>
internal static class ResidentImages
{
    /// <summary>The most bytes of pixels that are kept on a GPU; where there are more, each step copies its batch.</summary>
    public const long MostBytes = 2_000_000_000;

    private const long BytesAtOnce = 64_000_000;

    /// <summary>
    /// A copy of the images on the GPU, which must be disposed in addition to the given ones; null where the device is not a GPU, or there
    /// are too many images for it.
    /// </summary>
    public static LabelledImages? For(Device device, LabelledImages images)
    {
        if (device.type != DeviceType.CUDA || images.Count * BytesOf(ShapeOfOne(images)) > MostBytes)
        {
            return null;
        }

        try
        {
            return On(device, images);
        }
        catch (ExternalException problem) when (problem.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase))
        {
            return null; // other programs may have taken the memory
        }
    }

    /// <summary>A copy on any device, a part at a time, since images that are chosen or in a file are gathered in memory first.</summary>
    internal static LabelledImages On(Device device, LabelledImages images)
    {
        using var scope = NewDisposeScope();
        var shape = ShapeOfOne(images);
        var pixels = empty([images.Count, .. shape], uint8, device);
        var labels = images.Labels.to(device, copy: true);
        var atOnce = Math.Max(1, BytesAtOnce / BytesOf(shape));
        for (long start = 0; start < images.Count; start += atOnce)
        {
            using var part = NewDisposeScope();
            var count = Math.Min(atOnce, images.Count - start);
            pixels.narrow(0, start, count).copy_(images.Pixels.Narrow(start, count));
        }

        return new(pixels.DetachFromDisposeScope(), labels.DetachFromDisposeScope());
    }

    private static long BytesOf(long[] shape) => shape.Aggregate((product, length) => product * length);

    private static long[] ShapeOfOne(LabelledImages images)
    {
        using var first = images.Pixels.Narrow(0, 1);
        return first.shape[1..];
    }
}
