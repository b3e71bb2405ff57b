using System.Globalization;
using Google.Protobuf;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Scoring;
using Onnx;

namespace MLNet.Procrustean.Onnx.Exports;

/// <summary>An ONNX file that <see cref="OnnxExport"/> wrote, read without trust.</summary>
/// <param name="Texts">Everything that the columns of a model need.</param>
/// <param name="FeatureCount">D, the number of pooled features.</param>
internal sealed record ExportedFile(ModelTexts Texts, int FeatureCount)
{
    /// <exception cref="InvalidDataException">
    /// It is damaged, is not an exported image classifier, or a later version of the library wrote it; the message says which.
    /// </exception>
    public static ExportedFile Read(byte[] file)
    {
        var model = Parse(file);
        var properties = Properties(model);
        CheckFormat(properties);
        CheckSum(model, properties);
        ExportedGraph.Check(model);
        var graph = model.Graph;
        var texts = ModelTexts.Read(properties, ExportedGraph.Length(graph.Output, OnnxExport.Probabilities));
        var shape = texts.Preprocessing.Shape;
        ExportedGraph.CheckValue(graph.Input, OnnxExport.Pixels, TensorProto.Types.DataType.Uint8, shape.Size, shape.Size, shape.Channels);
        return new(texts, ExportedGraph.Length(graph.Output, OnnxExport.Features));
    }

    /// <summary>The file with other names of columns.</summary>
    /// <param name="file">The one that this was read from.</param>
    /// <param name="columns">The names.</param>
    public byte[] With(byte[] file, ColumnNames columns)
    {
        var model = Parse(file);
        var properties = Properties(model);
        var texts = Texts with { Columns = columns };
        properties.Remove(OnnxExport.ChecksumName);
        foreach (var (name, text) in texts.ToTexts())
        {
            properties[name] = text;
        }

        model.MetadataProps.Clear();
        model.MetadataProps.Add(properties.Select(pair => new StringStringEntryProto { Key = pair.Key, Value = pair.Value }));
        OnnxExport.Sign(model);
        return model.ToByteArray();
    }

    /// <summary>Checks what the graph gave for one image against what the file says.</summary>
    /// <exception cref="InvalidDataException">It gave another number of values.</exception>
    public void CheckOutputs(ScoredImage one)
    {
        if (one.Probabilities.Length != Texts.Labels.Names.Length || one.Features.Length != FeatureCount)
        {
            throw new InvalidDataException(
                $"The ONNX file is damaged: it gives {one.Probabilities.Length} probabilities and {one.Features.Length} features, "
                    + $"and says that there are {Texts.Labels.Names.Length} and {FeatureCount}. Export it again."
            );
        }
    }

    private static void CheckSum(ModelProto model, SortedDictionary<string, string> properties)
    {
        if (model.Graph is null || properties.GetValueOrDefault(OnnxExport.ChecksumName) != OnnxExport.Checksum(model))
        {
            throw new InvalidDataException(
                "The ONNX file is damaged, or another program has changed it: its checksum does not match its contents. "
                    + "Copy or export it again."
            );
        }
    }

    private static ModelProto Parse(byte[] file) => OnnxFile.Parse(new MemoryStream(file));

    private static SortedDictionary<string, string> Properties(ModelProto model)
    {
        var properties = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in model.MetadataProps)
        {
            if (!properties.TryAdd(property.Key, property.Value))
            {
                throw new InvalidDataException("The ONNX file is damaged: one of its properties is there twice. Export it again.");
            }
        }

        return properties;
    }

    private static void CheckFormat(SortedDictionary<string, string> properties)
    {
        if (properties.GetValueOrDefault("format") != OnnxExport.Format)
        {
            throw new InvalidDataException(
                "The ONNX file is not an image classifier that MLNet.Procrustean exported: its property 'format' is "
                    + (properties.ContainsKey("format") ? "another one" : "missing")
                    + $". Export the model by SaveOnnx; other networks are scored by ML.NET's ApplyOnnxModel."
            );
        }

        var version = ModelTexts.Word(properties, "format_version");
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > OnnxExport.Version)
        {
            throw new InvalidDataException(
                $"The ONNX file has format version {version}, and this library reads versions up to {OnnxExport.Version}; "
                    + "update MLNet.Procrustean.Onnx."
            );
        }
    }
}
