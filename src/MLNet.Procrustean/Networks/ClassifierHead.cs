namespace MLNet.Procrustean;

/// <summary>How the pooled features h become logits z.</summary>
public enum ClassifierHead
{
    /// <summary>z_c = w_c · h + b_c.</summary>
    Linear,

    /// <summary>
    /// z_c = 30 · cos(w_c, h): features and rows of the classifier are normalised to length 1, so that no class gains from a longer row.
    /// </summary>
    Cosine,
}
