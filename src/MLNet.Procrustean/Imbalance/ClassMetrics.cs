namespace MLNet.Procrustean;

/// <summary>How well one class is recognised.</summary>
public sealed record ClassMetrics
{
    internal ClassMetrics(string name, long? trainingCount, long testCount, long predictedCount, long correctCount)
    {
        Name = name;
        TrainingCount = trainingCount;
        TestCount = testCount;
        PredictedCount = predictedCount;
        CorrectCount = correctCount;
    }

    /// <summary>The name of the class.</summary>
    public string Name { get; }

    /// <summary>The number of images of the class that the model was trained on; null when the scored data do not contain it.</summary>
    public long? TrainingCount { get; }

    /// <summary>The number of evaluated images of the class, true positives and false negatives: TP + FN.</summary>
    public long TestCount { get; }

    /// <summary>The number of evaluated images taken for the class, true and false positives: TP + FP.</summary>
    public long PredictedCount { get; }

    /// <summary>The number of evaluated images of the class that were recognised, the true positives: TP.</summary>
    public long CorrectCount { get; }

    /// <summary>The group by number of training images; null when that number is unknown.</summary>
    public ShotGroup? Group => TrainingCount is { } count ? ShotGroups.Of(count) : null;

    /// <summary>The share of the images of the class that were recognised, TP / (TP + FN), from 0 to 1.</summary>
    /// <remarks>It is null when no image of the class was evaluated.</remarks>
    public double? Recall => TestCount > 0 ? (double)CorrectCount / TestCount : null;

    /// <summary>The share of the images taken for the class that belong to it, TP / (TP + FP), from 0 to 1.</summary>
    /// <remarks>
    /// It is 0 when no image was taken for the class, as in ML.NET's confusion matrix and in scikit-learn: a class that is never predicted
    /// must not raise an average by being left out of it.
    /// </remarks>
    public double Precision => PredictedCount > 0 ? (double)CorrectCount / PredictedCount : 0;

    /// <summary>The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN), from 0 to 1.</summary>
    /// <remarks>It is null when no image of the class was evaluated, and 0 when images were evaluated but none was recognised.</remarks>
    public double? F1 => TestCount > 0 ? 2.0 * CorrectCount / (TestCount + PredictedCount) : null;
}
