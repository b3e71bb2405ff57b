using System.Text.Json;
using System.Text.Json.Serialization;
using MLNet.Procrustean.Report.Runs;

namespace MLNet.Procrustean.Report.Files;

/// <summary>The runs as JSON, with the names of the records' members.</summary>
internal static class JsonNumbers
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new UnknownAsNull() },
    };

    public static string Of(Comparison comparison, string title) =>
        JsonSerializer.Serialize(new { title, runs = comparison.Runs.Select(shown => shown.Run) }, Options);

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
