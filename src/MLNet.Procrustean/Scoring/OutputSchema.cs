using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Data;

namespace MLNet.Procrustean.Scoring;

/// <summary>
/// The columns that a model adds: the scores, with the classes as slot names, the predicted label, a key to the classes, and, on request,
/// the features.
/// </summary>
internal static class OutputSchema
{
    private const string TrainingLabelValues = "TrainingLabelValues";

    /// <summary>The columns of scored data.</summary>
    public static DataViewSchema Of(
        DataViewSchema input,
        ColumnNames names,
        ClassLabels labels,
        ImmutableArray<long> counts,
        int featureCount
    )
    {
        ImageColumn.Find(input, names.Image);
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);

        var trainingCounts = new VBuffer<long>(counts.Length, [.. counts]);
        var score = new DataViewSchema.Annotations.Builder();
        labels.AddNamesTo(score, AnnotationNames.SlotNames);
        labels.AddTo(score, TrainingLabelValues);
        score.Add(
            AnnotationNames.TrainingCounts,
            new VectorDataViewType(NumberDataViewType.Int64, counts.Length),
            (ref VBuffer<long> value) => trainingCounts.CopyTo(ref value)
        );
        AddText(score, "ScoreColumnKind", "MulticlassClassification");
        AddText(score, "ScoreValueKind", "Score");
        builder.AddColumn(names.Score, new VectorDataViewType(NumberDataViewType.Single, counts.Length), score.ToAnnotations());

        var predicted = new DataViewSchema.Annotations.Builder();
        labels.AddTo(predicted, AnnotationNames.KeyValues);
        AddText(predicted, "ScoreColumnKind", "MulticlassClassification");
        AddText(predicted, "ScoreValueKind", "PredictedLabel");
        builder.AddColumn(names.PredictedLabel, new KeyDataViewType(typeof(uint), counts.Length), predicted.ToAnnotations());
        if (names.Features is { } features)
        {
            builder.AddColumn(features, new VectorDataViewType(NumberDataViewType.Single, featureCount));
        }

        return builder.ToSchema();
    }

    /// <summary>The shape of the columns after training, for checks before any data is read.</summary>
    public static SchemaShape Of(SchemaShape input, string labelColumnName, ColumnNames names)
    {
        ArgumentNullException.ThrowIfNull(input);
        var label = Find(input, labelColumnName);
        if (!label.IsKey)
        {
            throw LabelColumn.NotAKey(label.Name, label.ItemType);
        }

        CheckImage(Find(input, names.Image));
        var valueType = label.Annotations.TryFindColumn(AnnotationNames.KeyValues, out var keyValues)
            ? keyValues.ItemType
            : TextDataViewType.Instance;
        var score = Shape(
            names.Score,
            SchemaShape.Column.VectorKind.Vector,
            NumberDataViewType.Single,
            isKey: false,
            [
                Shape(AnnotationNames.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, isKey: false, []),
                Shape(TrainingLabelValues, SchemaShape.Column.VectorKind.Vector, valueType, isKey: false, []),
            ]
        );
        var predicted = Shape(
            names.PredictedLabel,
            SchemaShape.Column.VectorKind.Scalar,
            NumberDataViewType.UInt32,
            isKey: true,
            [Shape(AnnotationNames.KeyValues, SchemaShape.Column.VectorKind.Vector, valueType, isKey: false, [])]
        );
        List<SchemaShape.Column> added = [score, predicted];
        if (names.Features is { } features)
        {
            added.Add(Shape(features, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false, []));
        }

        return new(input.Where(column => added.TrueForAll(one => one.Name != column.Name)).Concat(added));
    }

    private static void CheckImage(SchemaShape.Column image) =>
        ImageColumn.Check(
            image.Name,
            image.Kind == SchemaShape.Column.VectorKind.Scalar
                ? image.ItemType
                : new VectorDataViewType((PrimitiveDataViewType)image.ItemType)
        );

    private static SchemaShape.Column Find(SchemaShape input, string name) =>
        input.TryFindColumn(name, out var column)
            ? column
            : throw new ArgumentException(
                $"There is no column '{name}'. The columns are: {string.Join(", ", input.Select(one => one.Name))}."
            );

    private static SchemaShape.Column Shape(
        string name,
        SchemaShape.Column.VectorKind kind,
        DataViewType type,
        bool isKey,
        SchemaShape.Column[] annotations
    ) => new(name, kind, type, isKey, new SchemaShape(annotations));

    private static void AddText(DataViewSchema.Annotations.Builder annotations, string name, string text) =>
        annotations.Add(name, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = text.AsMemory());
}
