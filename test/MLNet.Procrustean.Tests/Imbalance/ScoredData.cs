using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Data;

namespace MLNet.Procrustean.Tests.Imbalance;

/// <summary>Scored views as a trained model would give them, made from pairs of true and predicted class numbers.</summary>
internal static class ScoredData
{
    public static readonly string[] Names = ["cat", "dog", "fox", "elk"];

    private static readonly MLContext Ml = new(seed: 1);

    /// <summary>Pairs in which about half of the predictions are right, more for the first classes.</summary>
    public static (int Actual, int Predicted)[] RandomPairs(int seed, int rows = 500, int classes = 4)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable
                .Range(0, rows)
                .Select(_ => (random.Next(classes), random.Next(classes)))
                .Select(pair => random.NextDouble() < 0.7 - (0.15 * pair.Item1) ? (pair.Item1, pair.Item1) : pair),
        ];
    }

    /// <summary>Label and PredictedLabel as text.</summary>
    public static IDataView AsText(
        IEnumerable<(int Actual, int Predicted)> pairs,
        string[]? slotNames = null,
        long[]? trainingCounts = null,
        int classes = 4
    )
    {
        var schema = SchemaDefinition.Create(typeof(TextRow));
        schema[nameof(TextRow.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, classes);
        Annotate(schema[nameof(TextRow.Score)], slotNames, trainingCounts);
        return Ml.Data.LoadFromEnumerable(
            pairs
                .Select(pair => new TextRow
                {
                    Label = Name(pair.Actual),
                    PredictedLabel = Name(pair.Predicted),
                    Score = [.. Enumerable.Range(0, classes).Select(c => c == pair.Predicted ? 1f : 0f)],
                })
                .ToList(),
            schema
        );
    }

    /// <summary>Label and PredictedLabel as keys in the order of <see cref="Names"/>; a number outside it gives the missing key.</summary>
    public static IDataView AsKeys(
        IEnumerable<(int Actual, int Predicted)> pairs,
        string[]? slotNames = null,
        long[]? trainingCounts = null
    )
    {
        var text = AsText(pairs, slotNames, trainingCounts);
        var keys = Ml.Data.LoadFromEnumerable(Names.Select(name => new NameRow { Name = name }));
        return Ml
            .Transforms.Conversion.MapValueToKey("Label", keyData: keys)
            .Append(Ml.Transforms.Conversion.MapValueToKey("PredictedLabel", keyData: keys))
            .Fit(text)
            .Transform(text);
    }

    public static IDataView WithPredictedValues(IDataView keyed) =>
        Ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(keyed).Transform(keyed);

    public static ImbalanceMetrics EvaluateImbalance(IDataView scored) => Ml.MulticlassClassification.EvaluateImbalance(scored);

    private static string Name(int number) =>
        number < 0 ? ""
        : number < Names.Length ? Names[number]
        : $"unknown{number}";

    private static void Annotate(SchemaDefinition.Column score, string[]? slotNames, long[]? trainingCounts)
    {
        if (slotNames is not null)
        {
            score.AddAnnotation(
                "SlotNames",
                new VBuffer<ReadOnlyMemory<char>>(slotNames.Length, [.. slotNames.Select(name => name.AsMemory())]),
                new VectorDataViewType(TextDataViewType.Instance, slotNames.Length)
            );
        }

        if (trainingCounts is not null)
        {
            score.AddAnnotation(
                AnnotationNames.TrainingCounts,
                new VBuffer<long>(trainingCounts.Length, trainingCounts),
                new VectorDataViewType(NumberDataViewType.Int64, trainingCounts.Length)
            );
        }
    }

    private sealed class TextRow
    {
        public string Label { get; set; } = "";

        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }

    private sealed class NameRow
    {
        public string Name { get; set; } = "";
    }
}
