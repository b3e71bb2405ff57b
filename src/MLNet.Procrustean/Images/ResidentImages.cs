using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Images;

/// <summary>Training images that are kept on a GPU, so that no step copies any.</summary>
internal static class ResidentImages
{
    /// <summary>The most bytes of pixels that a GPU is asked to keep; of more, each step copies its batch.</summary>
    public const long MostBytes = 2_000_000_000;

    private const long ImagesAtOnce = 1024;

    /// <summary>The images on the GPU, to be disposed beside those given; null where the device is none, or they are too many.</summary>
    public static LabelledImages? For(Device device, LabelledImages images)
    {
        using var first = images.Pixels.Narrow(0, 1);
        return device.type == DeviceType.CUDA && images.Count * first.NumberOfElements <= MostBytes ? On(device, images) : null;
    }

    /// <summary>A copy on any device, a part at a time: the images may be in a file that is larger than memory.</summary>
    internal static LabelledImages On(Device device, LabelledImages images)
    {
        using var scope = NewDisposeScope();
        var shape = images.Pixels.Narrow(0, 1).shape;
        var pixels = empty([images.Count, .. shape[1..]], uint8, device);
        for (long start = 0; start < images.Count; start += ImagesAtOnce)
        {
            using var part = NewDisposeScope();
            var count = Math.Min(ImagesAtOnce, images.Count - start);
            pixels.narrow(0, start, count).copy_(images.Pixels.Narrow(start, count));
        }

        return new(pixels.DetachFromDisposeScope(), images.Labels.to(device, copy: true).DetachFromDisposeScope());
    }
}
