using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean.Tests.Support.Fuzzing;

/// <summary>
/// Files of models or checkpoints changed at random, most of them with a checksum that fits: a wrong one would end the reading before the
/// changed parts are reached.
/// </summary>
internal sealed class ModelFileMutations
{
    private static readonly float[] Values =
    [
        float.NaN,
        float.PositiveInfinity,
        float.NegativeInfinity,
        float.MaxValue,
        float.MinValue,
        float.Epsilon,
        -1,
        -0f,
        1e30f,
    ];
    private readonly byte[] whole;
    private readonly byte[] header;
    private readonly byte[] weights;

    public ModelFileMutations(byte[] whole)
    {
        var end = 8 + BinaryPrimitives.ReadInt32LittleEndian(whole);
        (this.whole, header, weights) = (whole, whole[8..end], whole[end..]);
    }

    public byte[] Of(Random random)
    {
        var changed = random.Next(8) switch
        {
            0 => ByteMutations.Of(whole, weights, random),
            1 => File(ByteMutations.Of(header, weights, random), weights),
            2 => File(header, ByteMutations.Of(weights, header, random)),
            3 => File(header, WithValues(random)),
            4 => File(JsonMutations.Of(JsonMutations.Of(header, random), random), weights),
            5 => File(WithText(random), weights),
            6 => File(WithText(random), WithValues(random)),
            _ => File(JsonMutations.Of(header, random), weights),
        };
        return random.Next(4) == 0 ? changed : Signed(changed);
    }

    /// <summary>The file with a checksum that fits, if it can be read so far.</summary>
    public static byte[] Signed(byte[] file)
    {
        try
        {
            var (texts, arrays) = SafeTensors.Read(new MemoryStream(file));
            var (old, fitting) = (texts.GetValueOrDefault("sha256", ""), ModelFile.Checksum(texts, arrays));
            var place = old.Length == fitting.Length ? file.AsSpan().IndexOf(Encoding.UTF8.GetBytes(old)) : -1;
            if (place >= 0)
            {
                Encoding.UTF8.GetBytes(fitting).CopyTo(file, place);
            }
        }
        catch (InvalidDataException) { }

        return file;
    }

    private static byte[] File(byte[] header, byte[] weights)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. weights];
    }

    private byte[] WithValues(Random random)
    {
        var changed = weights.ToArray();
        var values = MemoryMarshal.Cast<byte, float>(changed.AsSpan(0, changed.Length / 4 * 4));
        for (var change = random.Next(3); change >= 0; change--)
        {
            values[random.Next(values.Length)] = Values[random.Next(Values.Length)];
        }

        return changed;
    }

    // One of the texts, most of which are JSON themselves.
    private byte[] WithText(Random random)
    {
        var changed = JsonNode.Parse(header)!.AsObject();
        var texts = changed["__metadata__"]!.AsObject();
        var name = texts.ElementAt(random.Next(texts.Count)).Key;
        var text = (string)texts[name]!;
        var isJson = text.Length > 0 && text[0] is '[' or '{';
        texts[name] = isJson
            ? JsonMutations.Of(text, random)
            : Encoding.UTF8.GetString(JsonMutations.Of(Encoding.UTF8.GetBytes($"\"{text}\""), random)).Trim('"');
        return Encoding.UTF8.GetBytes(
            changed.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
        );
    }
}
