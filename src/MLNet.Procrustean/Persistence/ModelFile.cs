using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean.Persistence;

/// <summary>A model as one safetensors file: the weights, and as texts all else that scoring takes, under a checksum.</summary>
internal static class ModelFile
{
    /// <summary>The name of the file within an ML.NET model.</summary>
    public const string EntryName = "model.safetensors";

    private const string Format = "MLNet.Procrustean image classifier";
    private const int Version = 1;

    public static void Write(Stream stream, TrainedClassifier classifier, ColumnNames columns)
    {
        var shape = classifier.Preprocessing.Shape;
        var arrays = NetworkWeights.Read(classifier.Network);
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["format_version"] = Version.ToString(CultureInfo.InvariantCulture),
            ["backbone"] = classifier.Backbone.Name,
            ["head"] = classifier.Network.Head.ToString(),
            ["image_size"] = shape.Size.ToString(CultureInfo.InvariantCulture),
            ["channels"] = shape.Channels.ToString(CultureInfo.InvariantCulture),
            ["aspect_ratio"] = shape.Aspect.ToString(),
            ["channel_means"] = JsonSerializer.Serialize(classifier.Preprocessing.Means),
            ["channel_deviations"] = JsonSerializer.Serialize(classifier.Preprocessing.Deviations),
            ["class_names"] = JsonSerializer.Serialize(classifier.Labels.Names),
            ["class_value_type"] = classifier.Labels.ValueType,
            ["training_counts"] = JsonSerializer.Serialize(classifier.TrainingCounts),
            ["image_column"] = columns.Image,
            ["score_column"] = columns.Score,
            ["predicted_label_column"] = columns.PredictedLabel,
        };
        metadata["sha256"] = Checksum(metadata, arrays);
        SafeTensors.Write(stream, metadata, arrays);
    }

    /// <exception cref="InvalidDataException">The file is cut short, damaged, of another kind, of a later version, or its weights do not fit its network; the message says which.</exception>
    public static (TrainedClassifier Classifier, ColumnNames Columns) Read(Stream stream)
    {
        var (metadata, arrays) = SafeTensors.Read(stream);
        string Text(string name) => metadata.TryGetValue(name, out var text) ? text : throw new InvalidDataException($"The model is damaged or of another kind: its header has no '{name}'.");
        if (Text("format") != Format)
        {
            throw new InvalidDataException($"The file is of another kind: its format is '{Text("format")}', not '{Format}'.");
        }

        if (!int.TryParse(Text("format_version"), NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version > Version)
        {
            throw new InvalidDataException($"The model has format version {Text("format_version")}, and this library reads versions up to {Version}; update MLNet.Procrustean.");
        }

        if (Text("sha256") != Checksum(metadata, arrays))
        {
            throw new InvalidDataException("The model is damaged: its checksum does not match its contents. Copy the file again.");
        }

        try
        {
            return Parse(Text, arrays);
        }
        catch (Exception problem) when (problem is FormatException or ArgumentException or OverflowException or JsonException)
        {
            throw new InvalidDataException($"The model cannot be used: {problem.Message} A later MLNet.Procrustean may have written it.", problem);
        }
    }

    private static (TrainedClassifier Classifier, ColumnNames Columns) Parse(Func<string, string> text, List<NamedArray> arrays)
    {
        var shape = new ImageShape
        {
            Size = int.Parse(text("image_size"), CultureInfo.InvariantCulture),
            Channels = int.Parse(text("channels"), CultureInfo.InvariantCulture),
            Aspect = Enum.Parse<AspectRatio>(text("aspect_ratio")),
        };
        var labels = new ClassLabels(List<string>(text("class_names")), text("class_value_type"));
        var preprocessing = new Preprocessing(shape, List<float>(text("channel_means")), List<float>(text("channel_deviations")));
        var counts = List<long>(text("training_counts"));
        var columns = new ColumnNames(text("image_column"), text("score_column"), text("predicted_label_column"));
        var backbone = Backbone.Parse(text("backbone"));
        return (new(Network(backbone, Enum.Parse<ClassifierHead>(text("head")), shape.Channels, labels.Names.Length, arrays), backbone, preprocessing, labels, counts), columns);
    }

    private static StagedNetwork Network(Backbone backbone, ClassifierHead head, int channels, int classes, List<NamedArray> arrays)
    {
        var network = backbone.Build(channels, classes, seed: 0, head);
        try
        {
            NetworkWeights.Write(arrays, network, backbone.Name);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static ImmutableArray<T> List<T>(string json) => JsonSerializer.Deserialize<ImmutableArray<T>>(json);

    // Over every text but itself and every weight, with lengths between so that no two models share a sequence of bytes.
    internal static string Checksum(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<NamedArray> arrays)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes($"{text.Length}:{text};"));
        foreach (var (name, text) in metadata.Where(pair => pair.Key != "sha256").OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Add(name);
            Add(text);
        }

        foreach (var array in arrays)
        {
            Add($"{array.Name} {array.Type} [{string.Join(", ", array.Shape)}]");
            hash.AppendData(array.Bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
