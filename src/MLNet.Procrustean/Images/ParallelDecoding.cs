namespace MLNet.Procrustean.Images;

/// <summary>Decodes images on all processors.</summary>
internal static class ParallelDecoding
{
    /// <summary>Decodes each image. Those that cannot be read are given, in order, to the callback, which throws, or lets them come back as null.</summary>
    public static byte[]?[] Decode(IReadOnlyList<Func<byte[]>> images, Action<ImageException> bad)
    {
        var decoded = new byte[]?[images.Count];
        var problems = new ImageException?[images.Count];
        Parallel.For(0, images.Count, i =>
        {
            try
            {
                decoded[i] = images[i]();
            }
            catch (ImageException problem)
            {
                problems[i] = problem;
            }
        });
        foreach (var problem in problems.OfType<ImageException>())
        {
            bad(problem);
        }

        return decoded;
    }
}
