using System.Buffers.Binary;

namespace MLNet.Procrustean.Decoding;

/// <summary>The segments of a JPEG one after the other: a marker, a length of two bytes and as much content.</summary>
/// <param name="jpeg">The file.</param>
internal ref struct JpegSegments(ReadOnlySpan<byte> jpeg)
{
    private const byte Marker = 0xFF;

    private readonly ReadOnlySpan<byte> file = jpeg;
    private int next = 2;

    /// <summary>The second byte of the marker.</summary>
    public byte Kind { get; private set; }

    /// <summary>The content, as far as the file has it.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Goes to the next segment; false at the end.</summary>
    public bool MoveNext()
    {
        while (next + 4 <= file.Length)
        {
            var kind = file[next + 1];
            if (file[next] != Marker || kind is Marker or 0 or 1 or >= 0xD0 and <= 0xD9)
            {
                next++; // bytes between segments are skipped, as decoders do, and so are markers without content
                continue;
            }

            var (start, length) = (next + 4, BinaryPrimitives.ReadUInt16BigEndian(file[(next + 2)..])); // counts its own two bytes
            Kind = kind;
            Content = file.Slice(start, Math.Clamp(length - 2, 0, file.Length - start));
            next += 2 + length;
            return true;
        }

        return false;
    }
}
