namespace MLNet.Procrustean.Corrections.Ternary;

/// <summary>
/// The logits of a batch, and the objective that they have when those of one class are replaced: in time O(B), for any number of classes.
/// </summary>
/// <param name="logits">z_c of all images for each class c, [C][B]; it belongs to this from now on.</param>
/// <param name="labels">y, [B].</param>
internal abstract class ClassLogits(double[][] logits, int[] labels)
{
    /// <summary>z, [C][B].</summary>
    public IReadOnlyList<double[]> Logits => logits;

    protected double[][] All => logits;

    protected int[] Labels => labels;

    public static ClassLogits Of(TernaryObjective objective, double[][] logits, int[] labels) =>
        objective == TernaryObjective.CrossEntropy
            ? new ClassLogitsForEntropy(logits, labels)
            : new ClassLogitsForRecall(objective, logits, labels);

    /// <summary>The objective with other logits of one class.</summary>
    /// <param name="c">The class.</param>
    /// <param name="column">z'_c, [B].</param>
    public abstract double With(int c, double[] column);

    /// <summary>Replaces the logits of one class.</summary>
    public void Replace(int c, double[] column)
    {
        column.CopyTo(logits[c], 0);
        Refresh();
    }

    /// <summary>Computes again what is kept of the logits, in time O(B · C).</summary>
    protected abstract void Refresh();
}
