using MLNet.Procrustean;

namespace Shared;

/// <summary>A part of an augmentation by its name on the command line, with the library's defaults.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Meaning">What it does.</param>
/// <param name="AddTo">Adds it to other parts, with the parameters that are given.</param>
internal sealed record NamedAugmentation(string Name, string Meaning, Func<Augmentation, GivenParameters, Augmentation> AddTo)
{
    public static IReadOnlyList<NamedAugmentation> All { get; } =
    [
        new("none", "no change", (it, _) => it),
        new("crop", "crop with 4 pixels of padding", (it, _) => it with { CropPadding = new Augmentation().CropPadding }),
        new("flip", "horizontal flip, unless classes are each other's mirror image", (it, _) => it with { HorizontalFlip = null }),
        new("crop-flip", "both", (it, _) => it with { CropPadding = new Augmentation().CropPadding, HorizontalFlip = null }),
        new("resized-crop", "random window, resized; the size is that of the result in pixels", (it, given) =>
            it with
            {
                ResizedCrop = ResizedCrop(new(), given),
            }
        ),
        new("photos", "resized-crop and flip", (it, _) => it with { ResizedCrop = new(), HorizontalFlip = null }),
        new("jitter", "random brightness, contrast and saturation", (it, given) => it with { ColorJitter = Jitter(given) }),
        new("trivial", "TrivialAugment, one random operation per image", (it, _) => it with { TrivialAugment = true }),
        new("erase", "a random window hidden", (it, given) => it with { ErasingProbability = given.Number("probability", 0.25) }),
        new("copies", "so many changed copies of each image, drawn once", (it, given) => it with { Copies = given.Whole("n", 4) }),
    ];

    /// <summary>The name, the parameters with their defaults, and the meaning.</summary>
    public override string ToString()
    {
        var parameters = new GivenParameters("augmentation", Name, []);
        AddTo(Augmentation.None, parameters);
        return $"{parameters}: {Meaning}";
    }

    private static RandomResizedCrop ResizedCrop(RandomResizedCrop it, GivenParameters given) =>
        it with
        {
            MinArea = given.Number("min-area", it.MinArea),
            MaxAspect = given.Number("max-aspect", it.MaxAspect),
            Size = given.WholeOrNull("size", "own"),
        };

    private static ColorJitter Jitter(GivenParameters given) =>
        new()
        {
            Brightness = given.Number("brightness", 0.2),
            Contrast = given.Number("contrast", 0.2),
            Saturation = given.Number("saturation", 0.2),
        };
}
