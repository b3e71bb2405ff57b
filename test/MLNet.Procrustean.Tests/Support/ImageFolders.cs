using SkiaSharp;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Folders of tiny images, one sub-folder per class, that a tiny network can tell apart.</summary>
internal static class ImageFolders
{
    public const int Side = 16;

    private static readonly SKColor[] Tints = [new(200, 40, 40), new(40, 200, 40), new(40, 40, 200), new(200, 200, 40)];

    /// <summary>The given number of images of each class, in a folder of its name.</summary>
    public static void Write(TemporaryFolder folder, params (string Name, int Count)[] classes)
    {
        for (var index = 0; index < classes.Length; index++)
        {
            for (var number = 0; number < classes[index].Count; number++)
            {
                folder.Write($"{classes[index].Name}/{number:000}.png", Png(index, number));
            }
        }
    }

    /// <summary>The image of a class with that number: the tint of the class under noise that differs from image to image.</summary>
    public static byte[] Png(int classIndex, int number) => TestImages.Png(Side, Side, (x, y) => Pixel(classIndex, number, x, y));

    private static SKColor Pixel(int classIndex, int number, int x, int y)
    {
        var tint = Tints[classIndex % Tints.Length];
        var noise = TestImages.Noise(x + (number * 5), y + (number * 3));
        return new(Mix(tint.Red, noise.Red), Mix(tint.Green, noise.Green), Mix(tint.Blue, noise.Blue));
    }

    private static byte Mix(byte tint, byte noise) => (byte)(((tint * 2) + noise) / 3);
}
