namespace MLNet.Procrustean;

/// <summary>What training or scoring does with an image that cannot be read in full: missing, empty, truncated, or not an image.</summary>
/// <remarks>ML.NET's <c>LoadImages</c> takes a truncated file as far as it goes, which is not known here.</remarks>
public enum BadImages
{
    /// <summary>It stops at once with an <see cref="ImageException"/> that names the image.</summary>
    Refuse,

    /// <summary>
    /// It continues, and logs each such image. Training leaves it out and lists it in <see cref="ImageClassifierModel.SkippedImages"/>;
    /// scoring keeps its row, with missing values for what the model adds (<see cref="ImageClassifierModel.BadImages"/>).
    /// </summary>
    /// <remarks>
    /// Where <c>LoadRawImageBytes</c> comes before <c>TrainTestSplit</c>, cross-validation, <c>TakeRows</c>, <c>ShuffleRows</c> or a cache,
    /// ML.NET loads images ahead, and its data ends at the first that it cannot load: it is refused with an <see cref="ImageException"/>
    /// here too. Give paths, in data whose cache has no bytes, or put <c>LoadRawImageBytes</c> into the pipeline, after the split.
    /// </remarks>
    Skip,
}
