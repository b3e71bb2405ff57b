using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Data;

namespace MLNet.Procrustean.Imbalance;

/// <summary>The classes that the columns of scored data name, in order, with their training counts if the model wrote them.</summary>
internal sealed record ScoredClasses(string[] Names, long[]? TrainingCounts)
{
    /// <summary>The classes; null when no column names them.</summary>
    public static ScoredClasses? Of(DataViewSchema.Column label, DataViewSchema.Column predicted, DataViewSchema.Column score)
    {
        // The keys of the label come last: they may be numbered in another order than the model, whose order the training counts follow.
        var names = new[] { LabelText.KeyNames(predicted), SlotNames(score), LabelText.KeyNames(label) }.FirstOrDefault(names =>
            names is { Length: > 0 } && names.Distinct().Count() == names.Length
        );
        if (names is null)
        {
            return null;
        }

        var counts = ReadTrainingCounts(score);
        return counts is null || counts.Length == names.Length
            ? new ScoredClasses(names, counts)
            : throw new ArgumentException(
                $"Column '{score.Name}' has the training counts of {counts.Length} classes, but there are {names.Length}."
            );
    }

    private static string[]? SlotNames(DataViewSchema.Column score)
    {
        if (!score.HasSlotNames())
        {
            return null;
        }

        VBuffer<ReadOnlyMemory<char>> names = default;
        score.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    private static long[]? ReadTrainingCounts(DataViewSchema.Column score)
    {
        if (score.Annotations.Schema.GetColumnOrNull(AnnotationNames.TrainingCounts) is null)
        {
            return null;
        }

        VBuffer<long> counts = default;
        score.Annotations.GetValue(AnnotationNames.TrainingCounts, ref counts);
        return [.. counts.DenseValues()];
    }
}
