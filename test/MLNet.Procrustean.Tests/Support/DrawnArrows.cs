using MLNet.Procrustean.Images;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Arrows at random places, bright on dark or dark on bright, with noise: classes that left and right distinguish.</summary>
internal static class DrawnArrows
{
    public const int Size = 32;

    public static readonly string[] Names = ["left", "right", "up", "down"];

    /// <summary>Images [N, 32, 32, 3] of the first classes, with these numbers of images.</summary>
    public static LabelledImages Of(params int[] counts)
    {
        var random = new Random(7);
        var labels = counts.SelectMany((count, label) => Enumerable.Repeat((long)label, count)).ToArray();
        var pixels = labels.SelectMany(label => Draw((int)label, random)).ToArray();
        return new(tensor(pixels).reshape(labels.Length, Size, Size, 3), tensor(labels));
    }

    private static byte[] Draw(int direction, Random random)
    {
        var (x, y, length) = (random.Next(12, 20), random.Next(12, 20), random.Next(6, 9));
        var (paper, ink) = random.Next(2) == 0 ? (40, 200) : (200, 40);
        return
        [
            .. from row in Enumerable.Range(0, Size)
            from column in Enumerable.Range(0, Size)
            let along = direction switch
            {
                0 => x - column,
                1 => column - x,
                2 => y - row,
                _ => row - y,
            }
            let across = Math.Abs(direction < 2 ? row - y : column - x)
            let shaft = across <= 1 && Math.Abs(along) <= length
            let tip = along >= 0 && along <= length && across <= length - along
            let value = (byte)((shaft || tip ? ink : paper) + random.Next(-30, 31))
            from channel in Enumerable.Range(0, 3)
            select value,
        ];
    }
}
