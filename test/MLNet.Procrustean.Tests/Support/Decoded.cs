using Microsoft.ML.Data;
using MLNet.Procrustean.Decoding;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>The bytes that <see cref="ImageDecoder"/> makes of an image.</summary>
internal static class Decoded
{
    public static byte[] Of(string path, ImageShape shape) => Into(shape, square => ImageDecoder.Decode(path, shape, square));

    public static byte[] Of(ReadOnlyMemory<byte> encoded, ImageShape shape, string origin) =>
        Into(shape, square => ImageDecoder.Decode(encoded, shape, origin, square));

    public static byte[] Of(MLImage? image, ImageShape shape, string origin) =>
        Into(shape, square => ImageDecoder.Decode(image, shape, origin, square));

    // Every byte is to be written, whatever was there.
    private static byte[] Into(ImageShape shape, Action<Memory<byte>> decode)
    {
        var square = Enumerable.Repeat((byte)0xA5, shape.Bytes).ToArray();
        decode(square);
        return square;
    }
}
