namespace MLNet.Procrustean.Images.Augmentations;

/// <summary>The operations of TrivialAugment.</summary>
internal enum TrivialOperation
{
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
}
