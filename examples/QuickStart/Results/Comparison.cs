using MLNet.Procrustean;

namespace QuickStart.Results;

/// <summary>How well both trainings recognise one class; recalls lie between 0 and 1.</summary>
internal sealed record ClassResult(string Name, int TrainCount, double PlainRecall, double OurRecall);

/// <summary>Plain training beside what the library recommends, class by class, the largest class first.</summary>
internal sealed record Comparison(ImbalanceMetrics Plain, ImbalanceMetrics Ours)
{
    public IReadOnlyList<ClassResult> Classes { get; } =
    [
        .. Plain
            .Classes.Zip(Ours.Classes, (plain, ours) =>
                new ClassResult(plain.Name, (int)plain.TrainingCount!, plain.Recall!.Value, ours.Recall!.Value)
            )
            .OrderByDescending(result => result.TrainCount),
    ];
}
