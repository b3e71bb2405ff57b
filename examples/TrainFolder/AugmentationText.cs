using MLNet.Procrustean;

namespace TrainFolder;

/// <summary>Reads the augmentation from the command line.</summary>
internal static class AugmentationText
{
    public static Augmentation Parse(string text) =>
        text switch
        {
            "crop-flip" => new(),
            "crop" => new() { HorizontalFlip = false },
            "flip" => new() { CropPadding = 0 },
            "none" => Augmentation.None,
            _ => throw new FormatException($"There is no augmentation '{text}'; there is crop-flip, crop, flip and none."),
        };
}
