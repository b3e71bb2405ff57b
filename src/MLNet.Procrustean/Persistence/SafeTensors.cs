using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MLNet.Procrustean.Persistence;

/// <summary>One named array of a safetensors file.</summary>
/// <param name="Name">The name of the weight.</param>
/// <param name="Type">F32, F64 or I64, or U8 for packed weights; in files of other programs also one of <see cref="WeightTypes"/>.</param>
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
    private const int Alignment = 8;
    private const int LongestHeader = 100_000_000; // what the reference implementation allows
    private const int FirstPart = 1 << 20;

    // read by JSON readers, never by browsers
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="IOException">The texts take more than readers allow; nothing is written.</exception>
    public static void Write(Stream stream, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<NamedArray> arrays)
    {
        WriteHeader(stream, metadata, Places(arrays.Select(array => (array.Name, array.Type, array.Shape, array.Bytes.LongLength))));
        foreach (var array in arrays)
        {
            stream.Write(array.Bytes);
        }
    }

    /// <summary>The places of arrays that lie one after the other.</summary>
    public static List<ArrayPlace> Places(IEnumerable<(string Name, string Type, long[] Shape, long Bytes)> arrays)
    {
        var places = new List<ArrayPlace>();
        foreach (var (name, type, shape, bytes) in arrays)
        {
            var start = places.Count == 0 ? 0 : places[^1].End;
            places.Add(new(name, type, shape, start, start + bytes));
        }

        return places;
    }

    /// <summary>Writes what is before the arrays, so that arrays that do not fit in memory can be written after it.</summary>
    /// <exception cref="IOException">The texts take more than readers allow; nothing is written.</exception>
    public static void WriteHeader(Stream stream, IReadOnlyDictionary<string, string> metadata, IEnumerable<ArrayPlace> places)
    {
        var header = new JsonObject
        {
            [SafeTensorsHeader.Metadata] = new JsonObject(metadata.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        };
        foreach (var place in places)
        {
            header[place.Name] = new JsonObject
            {
                ["dtype"] = place.Type,
                ["shape"] = new JsonArray([.. place.Shape.Select(size => (JsonNode?)size)]),
                ["data_offsets"] = new JsonArray(place.Start, place.End),
            };
        }

        var text = Utf8(header);
        var padded = (text.Length + Alignment - 1) / Alignment * Alignment;
        if (padded > LongestHeader)
        {
            throw new IOException($"The texts of the file take {padded} bytes, but readers of this format allow {LongestHeader}.");
        }

        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded);
        stream.Write(length);
        stream.Write(text);
        stream.Write(Enumerable.Repeat((byte)' ', padded - text.Length).ToArray());
    }

    /// <exception cref="InvalidDataException">The stream ends too soon or too late, or is not a safetensors file.</exception>
    public static (Dictionary<string, string> Metadata, List<NamedArray> Arrays) Read(Stream stream)
    {
        var header = ReadHeader(stream);
        return (header.Texts, ReadArrays(stream, header));
    }

    /// <summary>Reads weights that another program published: there may be no texts, and other types of numbers.</summary>
    /// <returns>The arrays, floating-point numbers in single precision (F32) and integers of 64 bits (I64).</returns>
    /// <exception cref="InvalidDataException">The stream ends too soon or too late, or is not a safetensors file.</exception>
    public static List<NamedArray> ReadPublished(Stream stream) =>
        ReadArrays(stream, ReadHeader(stream, published: true)).ConvertAll(WeightTypes.Widened);

    /// <summary>Reads the header before the arrays, so that it can be checked before any array is read.</summary>
    /// <param name="stream">The file, from its beginning.</param>
    /// <param name="published">Whether another program may have written it: without texts, or with numbers of other types.</param>
    /// <exception cref="InvalidDataException">The stream ends too soon, or is not a safetensors file.</exception>
    public static SafeTensorsHeader ReadHeader(Stream stream, bool published = false)
    {
        var length = BinaryPrimitives.ReadInt64LittleEndian(ReadExactly(stream, 8, "its length field"));
        return length is >= 2 and <= LongestHeader
            ? SafeTensorsHeader.Parse(ReadExactly(stream, length, "its header"), published)
            : throw new InvalidDataException($"The file is damaged or of another kind: its header claims {length} bytes.");
    }

    /// <summary>Reads the arrays behind a header.</summary>
    /// <exception cref="InvalidDataException">The stream ends too soon or too late.</exception>
    public static List<NamedArray> ReadArrays(Stream stream, SafeTensorsHeader header)
    {
        List<NamedArray> arrays =
        [
            .. header.Places.Select(place => new NamedArray(
                place.Name,
                place.Type,
                place.Shape,
                ReadExactly(stream, place.End - place.Start, $"the weight '{place.Name}'")
            )),
        ];
        return stream.ReadByte() < 0 ? arrays : throw new InvalidDataException("The file is damaged: it continues after its last weight.");
    }

    private static byte[] Utf8(JsonObject json)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, Unescaped))
        {
            json.WriteTo(writer);
        }

        return text.WrittenSpan.ToArray();
    }

    // A file of a few bytes may claim gigabytes: where the stream does not say how long it is, the buffer grows as bytes are read, to at
    // most twice as many.
    private static byte[] ReadExactly(Stream stream, long count, string what)
    {
        var left = stream.CanSeek ? stream.Length - stream.Position : 0;
        var bytes = new byte[Math.Min(Math.Min(count, Math.Max(left, FirstPart)), Array.MaxLength)];
        var read = 0;
        while (true)
        {
            read += stream.ReadAtLeast(bytes.AsSpan(read), bytes.Length - read, throwOnEndOfStream: false);
            if (read < bytes.Length)
            {
                throw new InvalidDataException(
                    $"The file is cut short: {what} takes {count} bytes, and {read} are left. Copy the file again."
                );
            }

            if (read == count)
            {
                return bytes;
            }

            if (read == Array.MaxLength)
            {
                throw new InvalidDataException($"The file cannot be read: {what} takes {count} bytes, which are too many.");
            }

            Array.Resize(ref bytes, (int)Math.Min(Math.Min(count, 2L * read), Array.MaxLength));
        }
    }
}
