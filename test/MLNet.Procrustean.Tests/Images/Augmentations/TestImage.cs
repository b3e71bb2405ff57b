namespace MLNet.Procrustean.Tests.Images.Augmentations;

/// <summary>Small images to change.</summary>
internal static class TestImage
{
    /// <summary>An image [size, size, channels] of random values between two.</summary>
    public static byte[] Random(int size, int channels, int smallest = 0, int past = 256)
    {
        var random = new Random(size + channels);
        return [.. Enumerable.Range(0, size * size * channels).Select(_ => (byte)random.Next(smallest, past))];
    }
}
