using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using Google.Protobuf;
using MLNet.Procrustean.Networks.Export;
using MLNet.Procrustean.Persistence;
using Onnx;

namespace MLNet.Procrustean.Scoring;

/// <summary>A trained model as an ONNX graph that gives what our own scoring gives in single precision, apart from rounding.</summary>
/// <remarks>
/// Decoded images go in and probabilities come out; the preprocessing is part of the graph. Whatever else a reader needs is in the
/// properties of the model, under the names and in the form of a model file: see <see cref="ModelTexts"/>. Nothing here calls libtorch.
/// </remarks>
internal static class OnnxExport
{
    /// <summary>The input: decoded images, uint8 [N, S, S, channels].</summary>
    public const string Pixels = "pixels";

    /// <summary>The first output: softmax probabilities of the classes, float [N, C].</summary>
    public const string Probabilities = "probabilities";

    /// <summary>The second output: pooled features, float [N, D].</summary>
    public const string Features = "features";

    /// <summary>The property <c>format</c>, which tells our files from others.</summary>
    public const string Format = "MLNet.Procrustean image classifier in ONNX";

    /// <summary>The property with the checksum of everything else: see <see cref="Checksum"/>.</summary>
    public const string ChecksumName = "sha256";

    /// <summary>The property <c>format_version</c>.</summary>
    public const int Version = 1;

    /// <summary>The version of the operations, which ONNX Runtime 1.17 reads.</summary>
    public const int Opset = 17;

    /// <summary>The version of the file's layout, which ONNX Runtime 1.17 reads.</summary>
    public const int IrVersion = 8;

    private const long MostBytes = int.MaxValue - (1 << 24); // protobuf's own limit, with room for all but weights and texts

    /// <exception cref="InvalidDataException">A weight is missing, unknown, or of another type or shape than the network says.</exception>
    /// <exception cref="NotSupportedException">The model takes more bytes than a file of this format can have.</exception>
    public static ModelProto Of(ModelTexts texts, IReadOnlyList<NamedArray> weights)
    {
        var properties = Properties(texts);
        CheckSize(properties, weights);
        var given = new GivenWeights(weights, texts.Backbone.Name);
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "MLNet.Procrustean",
            ProducerVersion = properties["library_version"],
            ModelVersion = 1,
            OpsetImport = { new OperatorSetIdProto { Version = Opset } },
            MetadataProps = { properties.Select(pair => new StringStringEntryProto { Key = pair.Key, Value = pair.Value }) },
            Graph = GraphOf(texts, given),
        };
        given.CheckNoneLeft();
        return model;
    }

    /// <summary>Puts the checksum of a model into its properties, in the place of an earlier one.</summary>
    public static void Sign(ModelProto model)
    {
        foreach (var earlier in model.MetadataProps.Where(property => property.Key == ChecksumName).ToList())
        {
            model.MetadataProps.Remove(earlier);
        }

        model.MetadataProps.Add(new StringStringEntryProto { Key = ChecksumName, Value = Checksum(model) });
    }

    /// <summary>A SHA-256 of the graph and of the other properties.</summary>
    public static string Checksum(ModelProto model)
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        {
            model.Graph.WriteTo(stream); // not copied: it may have gigabytes
            foreach (var property in model.MetadataProps.Where(property => property.Key != ChecksumName))
            {
                property.WriteTo(stream);
            }
        }

        return Convert.ToHexStringLower(hash.Hash!);
    }

    private static GraphProto GraphOf(ModelTexts texts, GivenWeights given)
    {
        var (shape, classes) = (texts.Preprocessing.Shape, texts.Labels.Names.Length);
        var graph = new OnnxGraphBuilder { Graph = { Name = texts.Backbone.Name } };
        var layers = new ExportedLayers(graph, given);
        var pixels = graph.Input(
            Pixels,
            TensorProto.Types.DataType.Uint8,
            $"Images, row by row, {(shape.Channels == 1 ? "grey" : "red, green, blue")}, 0 to 255",
            [0, shape.Size, shape.Size, shape.Channels]
        );
        var images = PixelsExport.Images(graph, pixels, texts.Preprocessing, texts.AverageFlips);
        var pooled = texts.Backbone switch
        {
            CifarResNet backbone => CifarResNetExport.Pooled(backbone, layers, images),
            ResNet backbone => ResNetExport.Pooled(backbone, layers, images),
            LeNet => LeNetExport.Pooled(layers, images),
            MobileNetV3 => MobileNetV3Export.Pooled(layers, images),
            var other => throw new NotSupportedException($"The backbone {other.Name} cannot be exported to ONNX."),
        };
        var probabilities = ScoresExport.Probabilities(graph, layers, texts.Head, pooled, classes);
        var scores = ScoresExport.Tempered(graph, OverFlips(probabilities), texts.Temperature);
        AddOutput(Probabilities, scores, "The probability of each class; the property class_names has their names");
        AddOutput(Features, OverFlips(pooled), "The pooled features, the input of the last layer");
        return graph.Graph;

        FeatureVector OverFlips(FeatureVector rows) => texts.AverageFlips ? ScoresExport.MeanOfHalves(graph, rows) : rows;

        void AddOutput(string name, FeatureVector rows, string description) => graph.Output(name, rows.Name, description, [0, rows.Length]);
    }

    private static SortedDictionary<string, string> Properties(ModelTexts texts)
    {
        var properties = texts.ToTexts();
        properties["format"] = Format;
        properties["format_version"] = Version.ToString(CultureInfo.InvariantCulture);
        properties["library_version"] = typeof(OnnxExport)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];
        return properties;
    }

    private static void CheckSize(SortedDictionary<string, string> properties, IReadOnlyList<NamedArray> weights)
    {
        var bytes = weights.Sum(array => (long)array.Bytes.Length) + properties.Values.Sum(text => 3L * text.Length);
        if (bytes > MostBytes)
        {
            throw new NotSupportedException(
                $"The model takes {bytes} bytes, and an ONNX file has at most {MostBytes}. Export a model of fewer classes or a smaller "
                    + "backbone, or save it by ml.Model.SaveAtomically."
            );
        }
    }
}
