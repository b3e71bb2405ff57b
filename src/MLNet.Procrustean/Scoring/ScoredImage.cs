namespace MLNet.Procrustean.Scoring;

/// <summary>What a scorer gives for one image.</summary>
/// <param name="Probabilities">Of the classes, [C].</param>
/// <param name="Features">The pooled features, [D]; empty where they were not asked for.</param>
internal readonly record struct ScoredImage(float[] Probabilities, float[] Features)
{
    /// <summary>Whether the image could not be read; all values are then NaN, as ML.NET has it for missing numbers.</summary>
    public bool IsMissing => float.IsNaN(Probabilities[0]); // no scorer gives a score that is not finite

    /// <summary>What stands for an image that cannot be read.</summary>
    public static ScoredImage Missing(int classes, int features) => new(Missing(classes), Missing(features));

    private static float[] Missing(int count)
    {
        var values = new float[count];
        Array.Fill(values, float.NaN);
        return values;
    }
}
