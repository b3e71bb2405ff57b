namespace MLNet.Procrustean;

/// <summary>How an image that is not square becomes square.</summary>
public enum AspectRatio
{
    /// <summary>Stretches width and height separately: everything stays in view, shapes are distorted.</summary>
    Squash,

    /// <summary>Cuts the largest square out of the middle: shapes are kept, the ends of the longer side are lost.</summary>
    CenterCrop,

    /// <summary>Fits the longer side and fills the rest with black on both sides: shapes are kept, everything stays in view.</summary>
    Pad,
}
