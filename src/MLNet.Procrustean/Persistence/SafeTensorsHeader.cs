using System.Text.Json;

namespace MLNet.Procrustean.Persistence;

/// <summary>The header of a safetensors file, read without trust: a file from an untrusted source may claim anything.</summary>
/// <param name="Texts">The texts under <c>__metadata__</c>.</param>
/// <param name="Places">The arrays in the order of the file, one after the other without gaps.</param>
internal sealed record SafeTensorsHeader(Dictionary<string, string> Texts, List<ArrayPlace> Places)
{
    public const string Metadata = "__metadata__";

    // Far more than any network of this library has: they limit what a hostile header costs in addition to its own length.
    private const int MostArrays = 10_000;
    private const int MostDimensions = 8;
    private const int LongestName = 250;

    /// <summary>The bytes of all arrays.</summary>
    public long Bytes => Places.Count == 0 ? 0 : Places[^1].End;

    /// <exception cref="InvalidDataException">
    /// It is not such a header: not JSON or not UTF-8, duplicate names, arrays that overlap or leave gaps, sizes that overflow.
    /// </exception>
    public static SafeTensorsHeader Parse(ReadOnlySpan<byte> json, bool published = false)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new() { MaxDepth = 3 }); // the header, the description of an array, its shape
            return Parse(ref reader, published);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"The file is damaged: its header cannot be read ({problem.Message}).", problem);
        }
    }

    private static SafeTensorsHeader Parse(ref Utf8JsonReader reader, bool published)
    {
        Dictionary<string, string>? texts = null;
        var places = new Dictionary<string, ArrayPlace>();
        Next(ref reader, JsonTokenType.StartObject);
        while (NextName(ref reader) is { } name)
        {
            if (name == Metadata)
            {
                texts = texts is null ? ParseTexts(ref reader) : throw Twice(name);
            }
            else if (places.Count == MostArrays || name.Length > LongestName)
            {
                throw new FormatException($"it has more than {MostArrays} weights, or a name of more than {LongestName} characters");
            }
            else if (!places.TryAdd(name, ParsePlace(ref reader, name)))
            {
                throw Twice(name);
            }
        }

        while (reader.Read())
        {
            // The padding after the header; anything else is an error of the JSON reader.
        }

        texts ??= published ? [] : throw new FormatException($"it has no '{Metadata}'");
        return new(texts, InOrder(places.Values, published));
    }

    private static Dictionary<string, string> ParseTexts(ref Utf8JsonReader reader)
    {
        var texts = new Dictionary<string, string>();
        Next(ref reader, JsonTokenType.StartObject);
        while (NextName(ref reader) is { } name)
        {
            Next(ref reader, JsonTokenType.String);
            if (!texts.TryAdd(name, reader.GetString()!))
            {
                throw Twice(name);
            }
        }

        return texts;
    }

    private static ArrayPlace ParsePlace(ref Utf8JsonReader reader, string name)
    {
        var (type, shape, offsets) = ((string?)null, (long[]?)null, (long[]?)null);
        Next(ref reader, JsonTokenType.StartObject);
        while (NextName(ref reader) is { } key)
        {
            switch (key)
            {
                case "dtype" when type is null:
                    type = ParseType(ref reader);
                    break;
                case "shape" when shape is null:
                    shape = ParseNumbers(ref reader);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseNumbers(ref reader);
                    break;
                default:
                    throw new FormatException($"the description of '{name}' has '{Short(key)}', which is unknown or there twice");
            }
        }

        return type is not null && shape is not null && offsets is [var start, var end]
            ? new(name, type, shape, start, end)
            : throw new FormatException($"the description of '{name}' needs a dtype, a shape and two data_offsets");
    }

    private static string ParseType(ref Utf8JsonReader reader)
    {
        Next(ref reader, JsonTokenType.String);
        return Short(reader.GetString()!);
    }

    private static long[] ParseNumbers(ref Utf8JsonReader reader)
    {
        var numbers = new List<long>();
        Next(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            numbers.Add(
                numbers.Count < MostDimensions
                    ? reader.GetInt64()
                    : throw new FormatException($"a list has more than {MostDimensions} numbers")
            );
        }

        return [.. numbers];
    }

    // Each array begins where the one before it ends, and is as long as its type and shape say; all sums and products are checked for
    // overflow.
    private static List<ArrayPlace> InOrder(IEnumerable<ArrayPlace> places, bool published)
    {
        List<ArrayPlace> ordered = [.. places.OrderBy(place => place.Start)];
        long position = 0;
        foreach (var place in ordered)
        {
            if (place.Start != position || place.End < position || place.End - position != place.BytesOfShape(published))
            {
                throw new InvalidDataException(
                    $"The file is damaged: its header puts the weight '{place.Name}' {place.Type} [{string.Join(", ", place.Shape)}] "
                        + $"at the bytes {place.Start} to {place.End}."
                );
            }

            position = place.End;
        }

        return ordered;
    }

    private static string? NextName(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;

    private static void Next(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new FormatException($"there is a {reader.TokenType} where a {type} should be");
        }
    }

    private static FormatException Twice(string name) => new($"'{Short(name)}' is there twice");

    private static string Short(string text) => text.Length <= LongestName ? text : text[..LongestName] + "…";
}

/// <summary>Where an array lies, counted in bytes from the end of the header.</summary>
internal sealed record ArrayPlace(string Name, string Type, long[] Shape, long Start, long End)
{
    /// <summary>The bytes that type and shape take.</summary>
    /// <exception cref="InvalidDataException">The type is not one that this library reads.</exception>
    /// <exception cref="FormatException">A size is negative.</exception>
    /// <exception cref="OverflowException">They are more than a long holds.</exception>
    public long BytesOfShape(bool published)
    {
        var each = Type switch
        {
            "F32" => sizeof(float),
            "F64" or "I64" => sizeof(long),
            "U8" => sizeof(byte), // of packed weights
            _ when published => WeightTypes.BytesOf(Type),
            _ => throw new InvalidDataException($"The file is damaged or of another kind: it has weights of type '{Type}'."),
        };
        return Shape.Aggregate((long)each, (product, size) =>
            size >= 0 ? checked(product * size) : throw new FormatException($"a size is {size}")
        );
    }
}
