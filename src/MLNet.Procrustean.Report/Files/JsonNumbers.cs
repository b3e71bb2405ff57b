using System.Text.Json;
using System.Text.Json.Serialization;
using MLNet.Procrustean.Report.Runs;

namespace MLNet.Procrustean.Report.Files;

/// <summary>The runs as JSON, with the names of the records' members.</summary>
internal static class JsonNumbers
{
    private static readonly NumbersJson Json = new(
        new()
        {
            WriteIndented = true,
            NewLine = "\n",
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            Converters = { new JsonStringEnumConverter<ShotGroup>(JsonNamingPolicy.CamelCase), new UnknownAsNull() },
        }
    );

    public static string Of(Comparison comparison, string title) =>
        JsonSerializer.Serialize(new(title, [.. comparison.Runs.Select(shown => shown.Run)]), Json.TitledRuns);

    // JSON has no NaN and no infinity.
    private sealed class UnknownAsNull : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}

/// <summary>What the file holds.</summary>
internal sealed record TitledRuns(string Title, IReadOnlyList<TrainedRun> Runs);

/// <summary>The code is generated: programs may have turned off the serialization that uses reflection.</summary>
[JsonSerializable(typeof(TitledRuns), GenerationMode = JsonSourceGenerationMode.Metadata)]
internal sealed partial class NumbersJson : JsonSerializerContext;
