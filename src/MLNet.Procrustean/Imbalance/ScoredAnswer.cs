namespace MLNet.Procrustean.Imbalance;

/// <summary>What a model said of one image.</summary>
/// <param name="Group">The group of the image's true class; null where training counts are unknown.</param>
/// <param name="Confidence">The largest score, from 0 to 1.</param>
/// <param name="IsRight">Whether the image was recognised.</param>
internal readonly record struct ScoredAnswer(ShotGroup? Group, float Confidence, bool IsRight);
