namespace MLNet.Procrustean.Images;

/// <summary>One image file and its class: a row of <see cref="ImageFolder.LoadImageFolder"/>, and an input of a prediction engine.</summary>
public sealed record LabelledImageFile
{
    /// <summary>The path of the image file; empty by default.</summary>
    public string ImagePath { get; init; } = "";

    /// <summary>The name of the class; empty (the default) where it is not known, as in prediction.</summary>
    public string Label { get; init; } = "";
}
