namespace MLNet.Procrustean.Corrections.Ternary;

/// <summary>Cross entropy: log Σ_j exp(z_j) − z_y, of which the sum over all classes but one is known.</summary>
internal sealed class ClassLogitsForEntropy : ClassLogits
{
    private readonly double[] weights;
    private readonly double[] largest; // m = max_j z_j
    private readonly int[] place; // its class
    private readonly double[] sum; // Σ_j exp(z_j − m)
    private readonly double[] others; // log Σ_j exp(z_j) over all but that class: subtracted from the sum, it would lose its digits

    public ClassLogitsForEntropy(double[][] logits, int[] labels)
        : base(logits, labels)
    {
        var images = labels.Length;
        weights = ObjectiveValue.Weights(logits, labels);
        (largest, place, sum, others) = (new double[images], new int[images], new double[images], new double[images]);
        Refresh();
    }

    public override double With(int c, double[] column)
    {
        var total = 0.0;
        for (var b = 0; b < Labels.Length; b++)
        {
            var rest = c == place[b] ? others[b] : largest[b] + Math.Log(sum[b] - Math.Exp(All[c][b] - largest[b]));
            var own = c == Labels[b] ? column[b] : All[Labels[b]][b];
            total += weights[b] * (ObjectiveValue.LogAddExp(rest, column[b]) - own);
        }

        return total;
    }

    protected override void Refresh()
    {
        for (var b = 0; b < Labels.Length; b++)
        {
            var best = ObjectiveValue.Predicted(All, b);
            (place[b], largest[b], sum[b], others[b]) = (best, All[best][b], 1, double.NegativeInfinity);
            for (var c = 0; c < All.Length; c++)
            {
                if (c != best)
                {
                    sum[b] += Math.Exp(All[c][b] - largest[b]);
                    others[b] = ObjectiveValue.LogAddExp(others[b], All[c][b]);
                }
            }
        }
    }
}
