namespace MLNet.Procrustean.Corrections.Ternary;

/// <summary>Objectives of recalls: an image is recognised where its own logit is above those of its two strongest rivals.</summary>
internal sealed class ClassLogitsForRecall : ClassLogits
{
    private readonly TernaryObjective objective;
    private readonly int[] counts;
    private readonly int[] first; // the class j ≠ y with the largest z_j; of equal ones the first
    private readonly int[] second; // the next one; −1 where there are two classes only

    public ClassLogitsForRecall(TernaryObjective objective, double[][] logits, int[] labels)
        : base(logits, labels)
    {
        this.objective = objective;
        counts = ObjectiveValue.Counts(logits, labels);
        (first, second) = (new int[labels.Length], new int[labels.Length]);
        Refresh();
    }

    public override double With(int c, double[] column)
    {
        var hits = new int[counts.Length];
        for (var b = 0; b < Labels.Length; b++)
        {
            var y = Labels[b];
            var rival = first[b] == c ? second[b] : first[b]; // the strongest but c
            var own = c == y ? column[b] : All[y][b];
            var isHit = (c == y || Beats(own, y, column[b], c)) && (rival < 0 || Beats(own, y, All[rival][b], rival));
            hits[y] += isHit ? 1 : 0;
        }

        return ObjectiveValue.OfHits(objective, hits, counts);
    }

    protected override void Refresh()
    {
        for (var b = 0; b < Labels.Length; b++)
        {
            (first[b], second[b]) = (-1, -1);
            for (var c = 0; c < All.Length; c++)
            {
                if (c == Labels[b])
                {
                    continue;
                }

                if (first[b] < 0 || All[c][b] > All[first[b]][b])
                {
                    (first[b], second[b]) = (c, first[b]);
                }
                else if (second[b] < 0 || All[c][b] > All[second[b]][b])
                {
                    second[b] = c;
                }
            }
        }
    }

    // Of equal logits, the first class is predicted.
    private static bool Beats(double z, int c, double other, int rival) => z > other || (z == other && c < rival);
}
