using MLNet.Procrustean;

namespace Shared;

/// <summary>An augmentation as it is written on the command line.</summary>
internal static class AugmentationText
{
    public const string Help = "crop-flip, crop, flip or none.";

    private static readonly Dictionary<string, Augmentation> Named = new()
    {
        ["crop-flip"] = new(),
        ["crop"] = new() { HorizontalFlip = false },
        ["flip"] = new() { CropPadding = 0 },
        ["none"] = Augmentation.None,
    };

    public static string Of(Augmentation augmentation) => Named.First(pair => pair.Value == augmentation).Key;

    public static Augmentation Parse(string text) =>
        Named.TryGetValue(text, out var augmentation)
            ? augmentation
            : throw new FormatException($"There is no augmentation '{text}'; write {Help}");
}
