using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MLNet.Procrustean.Persistence;

/// <summary>One named array of a safetensors file.</summary>
/// <param name="Name">The name of the weight.</param>
/// <param name="Type">F32, F64 or I64.</param>
/// <param name="Shape">The size of each dimension.</param>
/// <param name="Bytes">The values, little-endian, the last dimension innermost.</param>
internal sealed record NamedArray(string Name, string Type, long[] Shape, byte[] Bytes);

/// <summary>Reads and writes the safetensors format: named arrays with a text dictionary, readable from Python and Rust.</summary>
/// <remarks>
/// Eight bytes with the length of the header, the header in JSON (for each array its type, shape and place; texts under
/// <c>__metadata__</c>), then the arrays, one after the other. https://github.com/huggingface/safetensors describes it.
/// </remarks>
internal static class SafeTensors
{
    private const string Metadata = "__metadata__";
    private const int Alignment = 8;
    private const int LongestHeader = 100_000_000; // what the reference implementation allows

    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }; // read by JSON readers, never by browsers

    /// <exception cref="IOException">The texts take more than readers allow; nothing is written.</exception>
    public static void Write(Stream stream, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<NamedArray> arrays)
    {
        var header = new JsonObject { [Metadata] = new JsonObject(metadata.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))) };
        long offset = 0;
        foreach (var array in arrays)
        {
            header[array.Name] = new JsonObject
            {
                ["dtype"] = array.Type,
                ["shape"] = new JsonArray([.. array.Shape.Select(size => (JsonNode?)size)]),
                ["data_offsets"] = new JsonArray(offset, offset + array.Bytes.Length),
            };
            offset += array.Bytes.Length;
        }

        var text = JsonSerializer.SerializeToUtf8Bytes(header, Unescaped);
        var padded = (text.Length + Alignment - 1) / Alignment * Alignment;
        if (padded > LongestHeader)
        {
            throw new IOException($"The texts of the file take {padded} bytes, and readers of this format allow {LongestHeader}.");
        }

        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        stream.Write(length);
        stream.Write(text);
        stream.Write(Enumerable.Repeat((byte)' ', padded - text.Length).ToArray());
        foreach (var array in arrays)
        {
            stream.Write(array.Bytes);
        }
    }

    /// <exception cref="InvalidDataException">The stream ends too soon, or is no safetensors file.</exception>
    public static (Dictionary<string, string> Metadata, List<NamedArray> Arrays) Read(Stream stream)
    {
        var length = BinaryPrimitives.ReadInt64LittleEndian(ReadExactly(stream, 8, "its length field"));
        if (length is < 2 or > LongestHeader)
        {
            throw new InvalidDataException($"The file is damaged or of another kind: its header claims {length} bytes.");
        }

        var text = ReadExactly(stream, (int)length, "its header");
        try
        {
            var header = JsonNode.Parse(text)!.AsObject();
            var metadata = header[Metadata]!.AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!);
            var arrays = new List<NamedArray>();
            long position = 0;
            foreach (var (name, description) in header.Where(pair => pair.Key != Metadata).OrderBy(pair => (long)pair.Value!["data_offsets"]![0]!))
            {
                var shape = description!["shape"]!.AsArray().Select(size => (long)size!).ToArray();
                var type = (string)description["dtype"]!;
                var (start, end) = ((long)description["data_offsets"]![0]!, (long)description["data_offsets"]![1]!);
                if (start != position || end - start != BytesOf(type, shape))
                {
                    throw new InvalidDataException($"The file is damaged: its header puts the weight '{name}' {type} [{string.Join(", ", shape)}] at the bytes {start} to {end}.");
                }

                arrays.Add(new(name, type, shape, ReadExactly(stream, checked((int)(end - start)), $"the weight '{name}'")));
                position = end;
            }

            return (metadata, arrays);
        }
        catch (Exception problem) when (problem is JsonException or NullReferenceException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException($"The file is damaged: its header cannot be read ({problem.Message}).", problem);
        }
    }

    private static long BytesOf(string type, long[] shape)
    {
        var each = type switch
        {
            "F32" => 4,
            "F64" or "I64" => 8,
            _ => throw new InvalidDataException($"The file is damaged or of another kind: it has weights of type '{type}'."),
        };
        return shape.Aggregate((long)each, (product, size) => size >= 0 ? checked(product * size) : throw new FormatException($"a size is {size}"));
    }

    private static byte[] ReadExactly(Stream stream, int count, string what)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var bytes = new byte[count];
        var read = stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false);
        return read == count
            ? bytes
            : throw new InvalidDataException($"The file is cut short: {what} takes {count} bytes, and {read} are left. Copy the file again.");
    }
}
