using System.Runtime.InteropServices;
using System.Text.Json;

namespace MLNet.Procrustean.Persistence;

/// <summary>Weights of which each output channel has only the values −a, 0 and a, in two bits each.</summary>
/// <remarks>
/// <para>
/// In a file, such a weight of shape [N, ...] with K values in each of its N channels is two arrays. The one with the weight's name is U8
/// [N, ⌈K/4⌉]: the codes of a channel, four in a byte, the first one in the lowest bits; 0 stands for 0, 1 for a and 2 for −a, and 3 does
/// not occur. What is left of the last byte of a channel is 0. The other, with <c>.scale</c> at the end of its name, is F32 [N]: the a of
/// each channel, 0 where all its values are. A text with the name of the weight after <c>ternary.</c> has its shape as a list in JSON.
/// </para>
/// <para>The codes are the last arrays of a file, so that all numbers lie at multiples of their size.</para>
/// </remarks>
internal static class TernaryCodes
{
    private const string TextPrefix = "ternary.";
    private const string ScaleSuffix = ".scale";
    private const string Type = "U8";
    private const int LongestShape = 200; // characters
    private const int CodesInByte = 4;
    private const int BitsOfCode = 2;
    private const int Illegal = 3;

    /// <summary>The bytes that codes and scales take.</summary>
    /// <param name="channels">N.</param>
    /// <param name="perChannel">K.</param>
    public static long PackedBytes(long channels, long perChannel) => channels * (BytesOfChannel(perChannel) + sizeof(float));

    /// <summary>The arrays, with those packed that have three values in each channel; these are found by their values.</summary>
    /// <param name="arrays">The weights of a network.</param>
    /// <param name="texts">Where the text of each packed array is added.</param>
    public static List<NamedArray> Pack(IReadOnlyList<NamedArray> arrays, IDictionary<string, string> texts)
    {
        var (numbers, codes) = (new List<NamedArray>(), new List<NamedArray>());
        foreach (var array in arrays)
        {
            if (Packed(array) is var (code, scale))
            {
                texts[TextPrefix + array.Name] = JsonSerializer.Serialize([.. array.Shape], ListsJson.Default.Counts);
                codes.Add(code);
                numbers.Add(scale);
            }
            else
            {
                numbers.Add(array);
            }
        }

        return [.. numbers, .. codes];
    }

    /// <summary>The arrays as they were before <see cref="Pack"/>.</summary>
    /// <exception cref="InvalidDataException">Codes, scales and shapes do not fit each other, or there is an illegal code.</exception>
    public static List<NamedArray> Unpack(IReadOnlyDictionary<string, string> texts, IReadOnlyList<NamedArray> arrays)
    {
        var codes = arrays.Where(array => array.Type == Type).ToDictionary(array => array.Name);
        var unpacked = new List<NamedArray>();
        foreach (var array in arrays.Where(array => array.Type != Type))
        {
            var name = array.Name.EndsWith(ScaleSuffix, StringComparison.Ordinal) ? array.Name[..^ScaleSuffix.Length] : "";
            unpacked.Add(codes.Remove(name, out var code) ? Unpacked(code, array, ShapeOf(texts, name)) : array);
        }

        return codes.Count == 0
            ? unpacked
            : throw Damaged(codes.Keys.First(), $"is of type '{Type}' and has no '{codes.Keys.First()}{ScaleSuffix}'");
    }

    private static (NamedArray Codes, NamedArray Scales)? Packed(NamedArray array)
    {
        if (array is not { Type: "F32", Shape: [> 0 and var channels, _, ..], Bytes.Length: > 0 })
        {
            return null;
        }

        var values = MemoryMarshal.Cast<byte, float>(array.Bytes);
        var perChannel = values.Length / (int)channels;
        var (codes, scales) = (new byte[channels * BytesOfChannel(perChannel)], new float[channels]);
        for (var channel = 0; channel < channels; channel++)
        {
            var bytes = codes.AsSpan(channel * BytesOfChannel(perChannel), BytesOfChannel(perChannel));
            if (!Encode(values.Slice(channel * perChannel, perChannel), bytes, out scales[channel]))
            {
                return null;
            }
        }

        return PackedBytes(channels, perChannel) < array.Bytes.Length
            ? (
                new(array.Name, Type, [channels, BytesOfChannel(perChannel)], codes),
                new(array.Name + ScaleSuffix, "F32", [channels], MemoryMarshal.AsBytes(scales.AsSpan()).ToArray())
            )
            : null;
    }

    // Compares bits, so that what is read back is the same to the last one: −0 is none of the three values.
    private static bool Encode(ReadOnlySpan<float> values, Span<byte> codes, out float scale)
    {
        scale = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(values[i]) == 0)
            {
                continue;
            }

            var size = Math.Abs(values[i]);
            scale = scale == 0 ? size : scale;
            if (!(size == scale && size is > 0 and <= float.MaxValue))
            {
                return false;
            }

            codes[i / CodesInByte] |= (byte)((values[i] > 0 ? 1 : 2) << (i % CodesInByte * BitsOfCode));
        }

        return true;
    }

    private static NamedArray Unpacked(NamedArray codes, NamedArray scales, long[] shape)
    {
        var perChannel = ValuesOfChannel(codes, shape);
        var channels = (int)shape[0];
        if (scales.Type != "F32" || !scales.Shape.SequenceEqual([shape[0]]))
        {
            throw Damaged(codes.Name, $"has scales of {scales.Type} [{string.Join(", ", scales.Shape)}]; there must be {shape[0]} of F32");
        }

        var bytes = new byte[(long)channels * perChannel * sizeof(float)];
        var values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
        for (var channel = 0; channel < channels; channel++)
        {
            var scale = MemoryMarshal.Cast<byte, float>(scales.Bytes)[channel];
            if (!(scale is >= 0 and <= float.MaxValue))
            {
                throw Damaged(codes.Name, FormattableString.Invariant($"has the scale {scale}"));
            }

            var ofChannel = codes.Bytes.AsSpan(channel * BytesOfChannel(perChannel), BytesOfChannel(perChannel));
            Decode(codes.Name, ofChannel, scale, values.Slice(channel * perChannel, perChannel));
        }

        return new(codes.Name, "F32", shape, bytes);
    }

    private static void Decode(string name, ReadOnlySpan<byte> codes, float scale, Span<float> values)
    {
        ReadOnlySpan<float> meanings = [0, scale, -scale];
        for (var i = 0; i < codes.Length * CodesInByte; i++)
        {
            var code = (codes[i / CodesInByte] >> (i % CodesInByte * BitsOfCode)) & Illegal;
            if (code == Illegal || (code > 0 && i >= values.Length))
            {
                throw Damaged(name, $"has the code {code} where there can be no such code");
            }

            if (i < values.Length)
            {
                values[i] = meanings[code];
            }
        }
    }

    // K. The codes are there already: what takes sixteen times their memory is made only where they fit the shape.
    private static int ValuesOfChannel(NamedArray codes, long[] shape)
    {
        var perChannel = shape.Skip(1).Aggregate((Int128)1, (product, size) => product > int.MaxValue ? product : product * size);
        if (
            shape.Length < 2
            || shape.Any(size => size is <= 0 or > int.MaxValue)
            || perChannel * shape[0] * sizeof(float) > Array.MaxLength
            || !codes.Shape.SequenceEqual([shape[0], BytesOfChannel((long)perChannel)])
        )
        {
            throw Damaged(
                codes.Name,
                $"has codes of [{string.Join(", ", codes.Shape)}], which is not what a weight of [{string.Join(", ", shape)}] has"
            );
        }

        return (int)perChannel;
    }

    private static long[] ShapeOf(IReadOnlyDictionary<string, string> texts, string name)
    {
        if (!texts.TryGetValue(TextPrefix + name, out var text) || text.Length > LongestShape)
        {
            throw Damaged(name, $"is of type '{Type}', and its header does not say of which shape");
        }

        try
        {
            return JsonSerializer.Deserialize(text, ListsJson.Default.Counts) is { IsDefault: false } shape
                ? [.. shape]
                : throw NoList(name);
        }
        catch (JsonException)
        {
            throw NoList(name);
        }
    }

    private static InvalidDataException NoList(string name) =>
        Damaged(name, "is packed, and its shape in the header is not a list of whole numbers");

    private static int BytesOfChannel(int perChannel) => (int)BytesOfChannel((long)perChannel);

    private static long BytesOfChannel(long perChannel) => (perChannel + CodesInByte - 1) / CodesInByte;

    private static InvalidDataException Damaged(string name, string what) =>
        new($"The model is damaged: its weight '{name}' {what}. Copy the file again.");
}
