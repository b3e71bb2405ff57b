namespace MLNet.Procrustean;

/// <summary>What the search for ternary weights makes smaller, on a batch of images.</summary>
public enum TernaryObjective
{
    /// <summary>The mean over the classes of the mean over their images of −log softmax(z)_y.</summary>
    CrossEntropy,

    /// <summary>1 − the mean over the classes of R_c, the share of the images of class c that are recognised.</summary>
    MacroAccuracy,

    /// <summary>
    /// 1 − (Π_c R_c)^(1/C). A class of n images without a hit counts 1/(2n) in place of 0: otherwise no single weight could help where two
    /// classes have no hit.
    /// </summary>
    GeometricMean,
}
