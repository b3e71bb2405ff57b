namespace MpiRank;

/// <summary>What each process contributes; the tests compute it too.</summary>
internal static class RankValues
{
    /// <summary>Numbers whose sum depends on the order, since their magnitudes differ.</summary>
    public static float[] Floats(int rank, int length)
    {
        var random = new Random(rank);
        return [.. Enumerable.Range(0, length).Select(_ => (random.NextSingle() - 0.5f) * MathF.Pow(10, random.Next(6)))];
    }

    public static byte[] Bytes(int rank, int length)
    {
        var bytes = new byte[length];
        new Random(rank).NextBytes(bytes);
        return bytes;
    }
}
