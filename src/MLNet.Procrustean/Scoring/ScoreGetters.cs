using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Scoring;

/// <summary>The values of a model's columns, from what its scorer gave for the current row.</summary>
internal sealed class ScoreGetters(DataViewSchema output, ColumnNames names, Func<ScoredImage> scored)
{
    // Looked up by name, which gives the latest of several columns of one name: the model's own.
    private readonly int score = output[names.Score].Index;
    private readonly int predictedLabel = output[names.PredictedLabel].Index;
    private readonly int? features = names.Features is { } name ? output[name].Index : null;

    public ValueGetter<TValue> For<TValue>(DataViewSchema.Column column)
    {
        Delegate getter =
            column.Index == score ? Vector(() => scored().Probabilities)
            : column.Index == predictedLabel ? PredictedLabel
            : column.Index == features ? Vector(() => scored().Features)
            : throw new ArgumentException($"There is no column '{column.Name}' here.");
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException(
                $"Column '{column.Name}' is of type {column.Type}, and was asked for as {typeof(TValue)}."
            );
    }

    private static ValueGetter<VBuffer<float>> Vector(Func<float[]> current) =>
        (ref VBuffer<float> value) =>
        {
            var values = current();
            var editor = VBufferEditor.Create(ref value, values.Length);
            values.CopyTo(editor.Values);
            value = editor.Commit();
        };

    // Keys count from 1, and 0 is a missing one. Among equal probabilities the first class wins.
    private ValueGetter<uint> PredictedLabel =>
        (ref uint value) =>
        {
            var image = scored();
            value = image.IsMissing ? 0 : 1 + (uint)Array.IndexOf(image.Probabilities, image.Probabilities.Max());
        };
}
