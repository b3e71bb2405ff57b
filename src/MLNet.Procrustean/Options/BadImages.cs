namespace MLNet.Procrustean;

/// <summary>What training does with an image that cannot be read in full: missing, empty, truncated, or not an image.</summary>
public enum BadImages
{
    /// <summary>Training stops at once with an <see cref="ImageException"/> that names the image.</summary>
    Refuse,

    /// <summary>
    /// Training continues without the image; each is logged, and listed in <see cref="ImageClassifierModel.SkippedImages"/>.
    /// </summary>
    Skip,
}
