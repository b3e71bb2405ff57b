namespace MLNet.Procrustean;

/// <summary>
/// An image file and its class: a row of <see cref="Microsoft.ML.ImageFolderCatalog.LoadImageFolder"/>, or a prediction engine's input.
/// </summary>
public sealed record LabelledImageFile
{
    /// <summary>The path of the image file; empty by default.</summary>
    public string ImagePath { get; init; } = "";

    /// <summary>The name of the class; empty (the default) where it is not known, as in prediction.</summary>
    public string Label { get; init; } = "";
}
