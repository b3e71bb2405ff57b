using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Scoring;

/// <summary>The texts of a model file: everything that scoring needs apart from the weights, checked when it is read.</summary>
internal sealed record ModelTexts(
    Backbone Backbone,
    ClassifierHead Head,
    Preprocessing Preprocessing,
    ClassLabels Labels,
    ImmutableArray<long> TrainingCounts,
    ColumnNames Columns,
    bool AverageFlips,
    double Temperature = 1
)
{
    private const int LongestWord = 200; // of those that a message repeats

    // Only in the file of a model that has them, so that others are as they were before there were these.
    private const string FeatureColumn = "feature_column";
    private const string AverageFlipsName = "average_flips";
    private const string TemperatureName = "temperature";
    private const string True = "true";

    public static ModelTexts Of(TrainedClassifier classifier, ColumnNames columns) =>
        new(
            classifier.Backbone,
            classifier.Network.Head.Kind,
            classifier.Preprocessing,
            classifier.Labels,
            classifier.TrainingCounts,
            columns,
            classifier.AverageFlips,
            classifier.Temperature
        );

    /// <summary>The texts by their names in the file.</summary>
    public SortedDictionary<string, string> ToTexts()
    {
        var shape = Preprocessing.Shape;
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["backbone"] = Backbone.Name,
            ["head"] = Head.ToString(),
            ["image_size"] = shape.Size.ToString(CultureInfo.InvariantCulture),
            ["channels"] = shape.Channels.ToString(CultureInfo.InvariantCulture),
            ["aspect_ratio"] = shape.Aspect.ToString(),
            ["channel_means"] = JsonSerializer.Serialize(Preprocessing.Means, ListsJson.Default.Numbers),
            ["channel_deviations"] = JsonSerializer.Serialize(Preprocessing.Deviations, ListsJson.Default.Numbers),
            ["class_names"] = JsonSerializer.Serialize(Labels.Names, ListsJson.Default.Texts),
            ["class_value_type"] = Labels.ValueType,
            ["training_counts"] = JsonSerializer.Serialize(TrainingCounts, ListsJson.Default.Counts),
            ["image_column"] = Columns.Image,
            ["score_column"] = Columns.Score,
            ["predicted_label_column"] = Columns.PredictedLabel,
        };
        if (Columns.Features is { } features)
        {
            texts[FeatureColumn] = features;
        }

        if (AverageFlips)
        {
            texts[AverageFlipsName] = True;
        }

        if (Temperature != 1)
        {
            texts[TemperatureName] = Temperature.ToString("R", CultureInfo.InvariantCulture);
        }

        return texts;
    }

    /// <summary>Reads what <see cref="ToTexts"/> wrote.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="classes">The classes of the network's head; names of others are never made.</param>
    /// <exception cref="InvalidDataException">
    /// A text is missing, unknown or out of range, or does not fit the others or the network's head.
    /// </exception>
    public static ModelTexts Read(IReadOnlyDictionary<string, string> texts, long classes)
    {
        try
        {
            return Parse(texts, classes);
        }
        catch (Exception problem)
            when (problem is FormatException or ArgumentException or OverflowException or JsonException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"The model cannot be used: {problem.Message.ReplaceLineEndings(" ")} "
                    + "It is damaged, or a later MLNet.Procrustean wrote it.",
                problem
            );
        }
    }

    /// <summary>A text of few characters.</summary>
    /// <exception cref="InvalidDataException">It is missing, or too long to be one.</exception>
    public static string Word(IReadOnlyDictionary<string, string> texts, string name) =>
        Text(texts, name) is { Length: <= LongestWord } word
            ? word
            : throw new InvalidDataException($"The model is damaged: '{name}' in its header has more than {LongestWord} characters.");

    private static ModelTexts Parse(IReadOnlyDictionary<string, string> texts, long classesOfHead)
    {
        string WordOf(string name) => Word(texts, name);
        var backbone = Backbone.Parse(WordOf("backbone"));
        var shape = new ImageShape
        {
            Size = Number(WordOf("image_size")),
            Channels = Number(WordOf("channels")),
            Aspect = Named<AspectRatio>(WordOf("aspect_ratio")),
        };
        var names = Encoding.UTF8.GetBytes(Text(texts, "class_names"));
        var classes = Count(names);
        if (classes != classesOfHead)
        {
            throw new FormatException($"'class_names' in its header has {classes} values, and its network has {classesOfHead} classes.");
        }

        Require.Between(shape.Size, backbone.SmallestImage, backbone.LargestImage, "image_size");

        // refuses what training refuses
        var counts = new ClassCounts(
            List("class_names", names, classes, ListsJson.Default.Texts),
            Values(texts, "training_counts", classes, ListsJson.Default.Counts)
        );
        var labels = new ClassLabels(counts.Names, WordOf("class_value_type"));
        labels.AddTo(new(), "values"); // refuses names that are no values of that type
        var columns = new ColumnNames(
            Column(texts, "image_column"),
            Column(texts, "score_column"),
            Column(texts, "predicted_label_column"),
            texts.ContainsKey(FeatureColumn) ? Column(texts, FeatureColumn) : null
        ).CheckDistinct();
        var (head, flips, temperature) = (HeadOf(WordOf("head")), AveragesFlips(texts), TemperatureOf(texts));
        return new(backbone, head, Normalisation(texts, shape), labels, counts.Counts, columns, flips, temperature);
    }

    private static Preprocessing Normalisation(IReadOnlyDictionary<string, string> texts, ImageShape shape)
    {
        var (means, deviations) = (
            Values(texts, "channel_means", shape.Channels, ListsJson.Default.Numbers),
            Values(texts, "channel_deviations", shape.Channels, ListsJson.Default.Numbers)
        );
        foreach (var (mean, deviation) in means.Zip(deviations))
        {
            Require.Between(mean, 0, byte.MaxValue, "channel_means");
            Require.Between(deviation, 1, byte.MaxValue, "channel_deviations");
        }

        return new(shape, means, deviations);
    }

    private static ImmutableArray<T> Values<T>(
        IReadOnlyDictionary<string, string> texts,
        string name,
        int count,
        JsonTypeInfo<ImmutableArray<T>> type
    ) => List(name, Encoding.UTF8.GetBytes(Text(texts, name)), count, type);

    // The cosine head was called normalised at first.
    private static ClassifierHead HeadOf(string text) => text == "Normalised" ? ClassifierHead.Cosine : Named<ClassifierHead>(text);

    private static string Text(IReadOnlyDictionary<string, string> texts, string name) =>
        texts.TryGetValue(name, out var text)
            ? text
            : throw new InvalidDataException($"The model is damaged or of another kind: its header has no '{name}'.");

    private static string Column(IReadOnlyDictionary<string, string> texts, string name) => Require.Name(Text(texts, name), name);

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static bool AveragesFlips(IReadOnlyDictionary<string, string> texts) =>
        texts.ContainsKey(AverageFlipsName) && Boolean(Word(texts, AverageFlipsName));

    private static double TemperatureOf(IReadOnlyDictionary<string, string> texts) =>
        texts.ContainsKey(TemperatureName)
            ? Require.Between(
                double.Parse(Word(texts, TemperatureName), NumberStyles.Float, CultureInfo.InvariantCulture),
                TrainedClassifier.LowestTemperature,
                TrainedClassifier.HighestTemperature,
                TemperatureName
            )
            : 1;

    private static bool Boolean(string text) =>
        text switch
        {
            True => true,
            "false" => false,
            _ => throw new FormatException($"'{text}' is not one of true, false."),
        };

    // Enum.Parse would take numbers too, and several names at once.
    private static T Named<T>(string text)
        where T : struct, Enum =>
        Enum.GetNames<T>().Contains(text)
            ? Enum.Parse<T>(text)
            : throw new FormatException($"'{text}' is not one of {string.Join(", ", Enum.GetNames<T>())}.");

    // Counted before they are made, since the values may take many times as much memory as their text.
    private static ImmutableArray<T> List<T>(string name, byte[] json, int count, JsonTypeInfo<ImmutableArray<T>> type) =>
        Count(json) == count
            ? JsonSerializer.Deserialize(json, type)
            : throw new FormatException($"'{name}' in its header has {Count(json)} values, and should have {count}.");

    private static int Count(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new() { MaxDepth = 1 });
        var tokens = 0;
        while (reader.Read())
        {
            tokens++;
        }

        return Math.Max(0, tokens - 2); // without brackets; what is not a list is refused when the values are made
    }
}
