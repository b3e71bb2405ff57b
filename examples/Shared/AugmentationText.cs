using MLNet.Procrustean;

namespace Shared;

/// <summary>
/// Reads an augmentation from the command line: <c>crop-flip</c>, <c>flip+resized-crop(min-area=0.35,size=160)</c>, <c>photos+trivial</c>.
/// </summary>
internal static class AugmentationText
{
    private static readonly Dictionary<string, Augmentation> Named = new()
    {
        ["crop-flip"] = new(),
        ["crop"] = new() { HorizontalFlip = false },
        ["flip"] = new() { CropPadding = 0 },
        ["none"] = Augmentation.None,
        ["photos"] = Augmentation.ForPhotos,
    };

    public static string Help { get; } =
        $"{string.Join("; ", NamedAugmentation.All)}. Parameters that are left out are as shown. A+B is both, as in flip+trivial.";

    public static string Of(Augmentation augmentation) => Named.First(pair => pair.Value == augmentation).Key;

    public static Augmentation Parse(string text) => text.Split('+').Aggregate(Augmentation.None, Add);

    private static Augmentation Add(Augmentation others, string text)
    {
        var parameters = GivenParameters.Parse("augmentation", text, $"Augmentations: {Help}");
        var named = NamedAugmentation.All.FirstOrDefault(one => one.Name == parameters.Name)
            ?? throw new FormatException($"There is no augmentation '{parameters.Name}'. Augmentations: {Help}");
        var all = named.AddTo(others, parameters);
        parameters.RefuseOthers();
        return all;
    }
}
