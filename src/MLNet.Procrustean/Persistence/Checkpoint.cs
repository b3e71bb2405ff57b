using System.Text.Json;
using System.Text.Json.Serialization;
using MLNet.Procrustean.Training;

namespace MLNet.Procrustean.Persistence;

/// <summary>A moment of a training as one safetensors file: its weights as arrays, all else as one text, under a checksum.</summary>
internal sealed record Checkpoint(TrainingMoment Moment, IReadOnlyList<NamedArray> Arrays)
{
    private const string Format = "MLNet.Procrustean checkpoint";
    private const string Version = "2";
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        IgnoreReadOnlyProperties = true,
    };

    public void Write(Stream stream)
    {
        var texts = new Dictionary<string, string> { ["format"] = Format, ["format_version"] = Version, ["moment"] = JsonSerializer.Serialize(Moment, Json) };
        texts["sha256"] = ModelFile.Checksum(texts, Arrays);
        SafeTensors.Write(stream, texts, Arrays);
    }

    /// <exception cref="InvalidDataException">The file is cut short, damaged or of another kind.</exception>
    /// <exception cref="NotSupportedException">The file is whole, and of a later version.</exception>
    public static Checkpoint Read(Stream stream)
    {
        var (texts, arrays) = SafeTensors.Read(stream);
        if (texts.GetValueOrDefault("format") != Format)
        {
            throw new InvalidDataException("The file is damaged or of another kind: it does not say that it is a checkpoint.");
        }

        if (texts.GetValueOrDefault("sha256") != ModelFile.Checksum(texts, arrays))
        {
            throw new InvalidDataException("The file is damaged: its checksum does not match its contents.");
        }

        return texts.GetValueOrDefault("format_version") == Version
            ? new(JsonSerializer.Deserialize<TrainingMoment>(texts["moment"], Json)!, arrays)
            : throw new NotSupportedException($"it has format version {texts.GetValueOrDefault("format_version")}, and this library reads version {Version}");
    }
}
