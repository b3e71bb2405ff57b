namespace MLNet.Procrustean.Images.Augmentations;

/// <summary>A rectangle of whole pixels within an image.</summary>
internal readonly record struct ImageWindow(int Top, int Left, int Height, int Width);
