namespace QuickStart.Results;

/// <summary>How well both trainings recognise one class; recalls lie between 0 and 1.</summary>
internal sealed record ClassResult(string Name, int TrainCount, double PlainRecall, double OurRecall);
