namespace QuickStart.Results;

/// <summary>Plain training beside Major Feature Weakening, class by class, the largest class first.</summary>
internal sealed record Comparison
{
    public Comparison(IEnumerable<ClassResult> classes)
    {
        Classes = [.. classes.OrderByDescending(result => result.TrainCount)];
        Plain = Averages.Of([.. Classes.Select(result => result.PlainRecall)]);
        Mfw = Averages.Of([.. Classes.Select(result => result.MfwRecall)]);
    }

    public IReadOnlyList<ClassResult> Classes { get; }

    public Averages Plain { get; }

    public Averages Mfw { get; }
}

/// <summary>Two averages in which a class of six images weighs as much as one of six hundred.</summary>
/// <param name="MacroAccuracy">Mean of the recalls.</param>
/// <param name="GeometricMean">C-th root of the product of C recalls (G-mean): one class that is never found makes it 0.</param>
internal sealed record Averages(double MacroAccuracy, double GeometricMean)
{
    public static Averages Of(IReadOnlyList<double> recalls) =>
        new(recalls.Average(), Math.Pow(recalls.Aggregate(1.0, (product, recall) => product * recall), 1.0 / recalls.Count));
}
