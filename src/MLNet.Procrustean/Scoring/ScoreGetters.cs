using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Scoring;

/// <summary>The values of a model's two columns, from the probabilities of the current row.</summary>
internal sealed class ScoreGetters(DataViewSchema output, ColumnNames names, Func<float[]> probabilities)
{
    // Looked up by name, which gives the latest of several columns of one name: the model's own.
    private readonly int score = output[names.Score].Index;
    private readonly int predictedLabel = output[names.PredictedLabel].Index;

    public ValueGetter<TValue> For<TValue>(DataViewSchema.Column column)
    {
        Delegate getter =
            column.Index == score ? Score
            : column.Index == predictedLabel ? PredictedLabel
            : throw new ArgumentException($"There is no column '{column.Name}' here.");
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException(
                $"Column '{column.Name}' is of type {column.Type}, and was asked for as {typeof(TValue)}."
            );
    }

    private ValueGetter<VBuffer<float>> Score =>
        (ref VBuffer<float> value) =>
        {
            var values = probabilities();
            var editor = VBufferEditor.Create(ref value, values.Length);
            values.CopyTo(editor.Values);
            value = editor.Commit();
        };

    // Keys count from 1. Among equal probabilities the first class wins.
    private ValueGetter<uint> PredictedLabel =>
        (ref uint value) =>
        {
            var values = probabilities();
            value = 1 + (uint)Array.IndexOf(values, values.Max());
        };
}
