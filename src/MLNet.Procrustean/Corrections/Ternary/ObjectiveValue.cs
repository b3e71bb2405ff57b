namespace MLNet.Procrustean.Corrections.Ternary;

/// <summary>The objective of logits z of B images, by its definition (<see cref="TernaryObjective"/>).</summary>
internal static class ObjectiveValue
{
    /// <param name="objective">Which one.</param>
    /// <param name="logits">z_c of all images for each class c, [C][B].</param>
    /// <param name="labels">y, [B].</param>
    public static double Of(TernaryObjective objective, double[][] logits, int[] labels) =>
        objective == TernaryObjective.CrossEntropy
            ? CrossEntropy(logits, labels)
            : OfHits(objective, Hits(logits, labels), Counts(logits, labels));

    /// <summary>The objective of the numbers of recognised and of all images of each class; classes without images do not count.</summary>
    public static double OfHits(TernaryObjective objective, int[] hits, int[] counts)
    {
        var (sum, classes) = (0.0, 0);
        for (var c = 0; c < counts.Length; c++)
        {
            if (counts[c] > 0)
            {
                sum +=
                    objective == TernaryObjective.MacroAccuracy
                        ? (double)hits[c] / counts[c]
                        : Math.Log(Math.Max(hits[c], 0.5) / counts[c]);
                classes++;
            }
        }

        return 1 - (objective == TernaryObjective.MacroAccuracy ? sum / classes : Math.Exp(sum / classes));
    }

    /// <summary>The number of images of each class.</summary>
    public static int[] Counts(double[][] logits, int[] labels)
    {
        var counts = new int[logits.Length];
        Array.ForEach(labels, label => counts[label]++);
        return counts;
    }

    /// <summary>log(eˣ + eʸ).</summary>
    public static double LogAddExp(double x, double y)
    {
        var (larger, smaller) = x > y ? (x, y) : (y, x);
        return double.IsNegativeInfinity(smaller) ? larger : larger + Math.Log(1 + Math.Exp(smaller - larger));
    }

    /// <summary>1/(C · n_y) of each image, so that classes weigh the same: C classes have images, n_y of them are of class y.</summary>
    public static double[] Weights(double[][] logits, int[] labels)
    {
        var counts = Counts(logits, labels);
        var classes = counts.Count(count => count > 0);
        return [.. labels.Select(label => 1.0 / classes / counts[label])];
    }

    /// <summary>The class with the largest logit of an image; of equal ones the first.</summary>
    public static int Predicted(double[][] logits, int b)
    {
        var best = 0;
        for (var c = 1; c < logits.Length; c++)
        {
            best = logits[c][b] > logits[best][b] ? c : best;
        }

        return best;
    }

    private static double CrossEntropy(double[][] logits, int[] labels)
    {
        var (sum, weights) = (0.0, Weights(logits, labels));
        for (var b = 0; b < labels.Length; b++)
        {
            var all = double.NegativeInfinity;
            foreach (var ofClass in logits)
            {
                all = LogAddExp(all, ofClass[b]);
            }

            sum += weights[b] * (all - logits[labels[b]][b]);
        }

        return sum;
    }

    private static int[] Hits(double[][] logits, int[] labels)
    {
        var hits = new int[logits.Length];
        for (var b = 0; b < labels.Length; b++)
        {
            var best = Predicted(logits, b);
            hits[best] += best == labels[b] ? 1 : 0;
        }

        return hits;
    }
}
