using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MLNet.Procrustean.Tests.Support.Fuzzing;

/// <summary>A JSON text with one value, property or element changed at random; it stays JSON, possibly with duplicate names.</summary>
internal sealed class JsonMutations
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };

    // Numbers and texts that programs do not expect, and some that this library knows.
    private static readonly string[] Values =
    [
        "null",
        "true",
        "[]",
        "{}",
        "0",
        "-1",
        "1",
        "3",
        "1.5",
        "1e999",
        "-0",
        "255",
        "65536",
        "2147483647",
        "2147483648",
        "-2147483648",
        "9223372036854775807",
        "4611686018427387904",
        "18446744073709551616",
        "1e-400",
        "\"\"",
        "\"NaN\"",
        "\"Infinity\"",
        "\"0\"",
        "\"1\"",
        "\"2\"",
        "\"-1\"",
        "\" 16\"",
        "\"1024\"",
        "\"2147483648\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\ud83d\ude00\"",
        "\"F32\"",
        "\"I64\"",
        "\"float32\"",
        "\"bool\"",
        "\"Normalised\"",
        "\"Linear\"",
        "\"cifar-resnet-56-w256\"",
        "\"cifar-resnet-8-w1000000\"",
        "\"resnet-50\"",
        "\"null\"",
        "\"[]\"",
        "\"[null,null,null]\"",
        "[null]",
        "[0]",
        "[0,0]",
        "[1,1,1]",
        "[9223372036854775807,0,9223372036854775807]",
        "[-3,-16]",
        $"\"{new string('x', 5000)}\"",
        $"{new string('[', 100)}{new string(']', 100)}",
        $"[{string.Join(',', Enumerable.Repeat("1", 500))}]",
    ];

    private readonly Random random;
    private readonly Utf8JsonWriter writer;
    private readonly int target;
    private int next;

    private JsonMutations(Random random, Utf8JsonWriter writer, int target) =>
        (this.random, this.writer, this.target) = (random, writer, target);

    public static byte[] Of(ReadOnlyMemory<byte> json, Random random)
    {
        using var document = JsonDocument.Parse(json, Deep);
        using var bytes = new MemoryStream();
        using (
            var writer = new Utf8JsonWriter(bytes, new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
        )
        {
            new JsonMutations(random, writer, random.Next(Count(document.RootElement))).Write(document.RootElement);
        }

        return bytes.ToArray();
    }

    public static string Of(string json, Random random) => Encoding.UTF8.GetString(Of(Encoding.UTF8.GetBytes(json), random));

    private static int Count(JsonElement element) =>
        1
        + element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().Sum(property => Count(property.Value)),
            JsonValueKind.Array => element.EnumerateArray().Sum(Count),
            _ => 0,
        };

    private void Write(JsonElement element)
    {
        var changed = next++ == target;
        if (changed && random.Next(3) == 0)
        {
            writer.WriteRawValue(Values[random.Next(Values.Length)], skipInputValidation: true);
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            Properties(
                changed
                    ? Changed([.. element.EnumerateObject().Select(property => (property.Name, property.Value))], pair =>
                        (pair.Name + "x", pair.Value)
                    )
                    : element.EnumerateObject().Select(property => (property.Name, property.Value))
            );
            writer.WriteEndObject();
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            writer.WriteStartArray();
            foreach (
                var item in changed
                    ? Changed([.. element.EnumerateArray()], item => item)
                    : (IEnumerable<JsonElement>)element.EnumerateArray()
            )
            {
                Write(item);
            }

            writer.WriteEndArray();
        }
        else if (
            changed
            && element.ValueKind == JsonValueKind.String
            && !element.GetRawText().Contains("\\u", StringComparison.Ordinal)
            && element.GetString() is { Length: > 0 } text
        )
        {
            writer.WriteStringValue(Changed(text));
        }
        else
        {
            writer.WriteRawValue(element.GetRawText(), skipInputValidation: true);
        }
    }

    private void Properties(IEnumerable<(string Name, JsonElement Value)> properties)
    {
        foreach (var (name, value) in properties)
        {
            writer.WritePropertyName(name);
            Write(value);
        }
    }

    // One is dropped, duplicated, changed or moved, or all are reordered.
    private List<T> Changed<T>(List<T> items, Func<T, T> change)
    {
        if (items.Count > 0)
        {
            var (one, place) = (random.Next(items.Count), random.Next(items.Count));
            switch (random.Next(5))
            {
                case 0:
                    items.RemoveAt(one);
                    break;
                case 1:
                    items.Insert(place, items[one]);
                    break;
                case 2:
                    items[one] = change(items[one]);
                    break;
                case 3:
                    (items[one], items[place]) = (items[place], items[one]);
                    break;
                default:
                    items.Reverse();
                    break;
            }
        }

        return items;
    }

    private string Changed(string text)
    {
        var place = random.Next(text.Length);
        return random.Next(3) switch
        {
            0 => text[..place],
            1 => text[..place] + (char)random.Next(32, 127) + text[(place + 1)..],
            _ => text + text[place..],
        };
    }
}
