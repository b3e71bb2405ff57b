using MLNet.Procrustean.Imbalance;

namespace QuickStart.Results;

/// <summary>Plain training beside Major Feature Weakening, class by class, the largest class first.</summary>
internal sealed record Comparison(ImbalanceMetrics Plain, ImbalanceMetrics Mfw)
{
    public IReadOnlyList<ClassResult> Classes { get; } =
    [
        .. Plain.Classes
            .Zip(Mfw.Classes, (plain, mfw) => new ClassResult(plain.Name, (int)plain.TrainingCount!, plain.Recall!.Value, mfw.Recall!.Value))
            .OrderByDescending(result => result.TrainCount),
    ];
}
