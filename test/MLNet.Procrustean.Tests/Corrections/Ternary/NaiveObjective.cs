namespace MLNet.Procrustean.Tests.Corrections.Ternary;

/// <summary>The objectives by loops that follow their definitions.</summary>
internal static class NaiveObjective
{
    /// <param name="objective">Which one.</param>
    /// <param name="logits">z of each image, [B][C].</param>
    /// <param name="labels">y, [B].</param>
    public static double Of(TernaryObjective objective, IReadOnlyList<double[]> logits, IReadOnlyList<int> labels)
    {
        if (objective == TernaryObjective.CrossEntropy)
        {
            return logits
                .Zip(labels, (z, y) => (Class: y, Loss: -Math.Log(Math.Exp(z[y]) / z.Sum(Math.Exp))))
                .GroupBy(image => image.Class)
                .Average(ofClass => ofClass.Average(image => image.Loss));
        }

        var recalls = new List<double>();
        for (var c = 0; c < logits[0].Length; c++)
        {
            int[] images = [.. Enumerable.Range(0, labels.Count).Where(b => labels[b] == c)];
            double hits = images.Count(b => Array.IndexOf(logits[b], logits[b].Max()) == c);
            if (images.Length > 0)
            {
                recalls.Add((objective == TernaryObjective.GeometricMean && hits == 0 ? 0.5 : hits) / images.Length);
            }
        }

        return objective == TernaryObjective.MacroAccuracy
            ? 1 - recalls.Average()
            : 1 - Math.Pow(recalls.Aggregate(1.0, (product, recall) => product * recall), 1.0 / recalls.Count);
    }

    /// <summary>[C][B] → [B][C].</summary>
    public static double[][] ByImage(IReadOnlyList<double[]> byClass) =>
        [.. Enumerable.Range(0, byClass[0].Length).Select(b => byClass.Select(column => column[b]).ToArray())];
}
