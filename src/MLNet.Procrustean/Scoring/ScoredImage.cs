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

    /// <summary>What a network gave for a number of images, one after the other.</summary>
    /// <exception cref="InvalidOperationException">A number is not finite.</exception>
    public static ScoredImage[] Rows(ReadOnlySpan<float> probabilities, ReadOnlySpan<float> features, int images)
    {
        CheckFinite(probabilities);
        CheckFinite(features);
        var (classes, length) = (probabilities.Length / images, features.Length / images);
        var rows = new ScoredImage[images];
        for (var i = 0; i < images; i++)
        {
            rows[i] = new(probabilities.Slice(i * classes, classes).ToArray(), features.Slice(i * length, length).ToArray());
        }

        return rows;
    }

    private static void CheckFinite(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                throw new InvalidOperationException(
                    "The network gave a score that is not a finite number; its weights are damaged. Train the model again."
                );
            }
        }
    }

    private static float[] Missing(int count)
    {
        var values = new float[count];
        Array.Fill(values, float.NaN);
        return values;
    }
}
