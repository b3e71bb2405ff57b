namespace MLNet.Procrustean.Scoring;

/// <summary>What a scorer gives for one image.</summary>
/// <param name="Probabilities">Of the classes, [C].</param>
/// <param name="Features">The pooled features, [D]; empty where they were not asked for.</param>
internal readonly record struct ScoredImage(float[] Probabilities, float[] Features);
