namespace MLNet.Procrustean.Images.Augmentations;

/// <summary>The order of pixels in a row.</summary>
internal static class RowOrder
{
    /// <summary>Mirrors a row of pixels left to right.</summary>
    public static void Mirror(Span<byte> row, int channels)
    {
        row.Reverse();
        for (var red = 0; channels == 3 && red < row.Length - 2; red += 3)
        {
            (row[red], row[red + 2]) = (row[red + 2], row[red]); // red is first again
        }
    }
}
