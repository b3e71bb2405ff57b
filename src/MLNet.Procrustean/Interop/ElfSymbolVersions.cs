using System.Buffers.Binary;
using System.Text;

namespace MLNet.Procrustean.Interop;

/// <summary>The symbol versions that a 64-bit little-endian ELF library asks of the libraries it depends on (section <c>.gnu.version_r</c>).</summary>
/// <remarks>Layout: System V ABI (sections) and the Linux Standard Base, "Symbol Versioning" (Elfxx_Verneed, Elfxx_Vernaux).</remarks>
internal static class ElfSymbolVersions
{
    private const uint SectionOfNeededVersions = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort Weak = 2; // VER_FLG_WEAK: the loader warns instead of failing when the version is missing

    /// <summary>Marks a needed version as weak, in place; false when the image is no such library or does not ask for that version.</summary>
    public static bool TryWeaken(Span<byte> image, string version)
    {
        if (image.Length < 64 || !image[..6].SequenceEqual<byte>([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
        {
            return false;
        }

        foreach (var section in Sections(image))
        {
            if (section.Type == SectionOfNeededVersions)
            {
                return TryWeaken(image, section, Sections(image)[section.Link], version);
            }
        }

        return false;
    }

    private static bool TryWeaken(Span<byte> image, Section needed, Section strings, string version)
    {
        var found = false;
        var library = needed.Offset;
        for (var i = 0; i < needed.Info; i++)
        {
            var entry = library + (int)UInt32At(image, library + 8);
            for (var j = 0; j < UInt16At(image, library + 2); j++)
            {
                if (StringAt(image, strings.Offset + (int)UInt32At(image, entry + 8)) == version)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(image[(entry + 4)..], (ushort)(UInt16At(image, entry + 4) | Weak));
                    found = true;
                }

                entry += (int)UInt32At(image, entry + 12);
            }

            library += (int)UInt32At(image, library + 12);
        }

        return found;
    }

    private static Section[] Sections(ReadOnlySpan<byte> image)
    {
        var (table, size, count) = ((int)UInt64At(image, 40), UInt16At(image, 58), UInt16At(image, 60));
        var sections = new Section[count];
        for (var i = 0; i < count; i++)
        {
            var header = table + (i * size);
            sections[i] = new Section(UInt32At(image, header + 4), (int)UInt64At(image, header + 24), (int)UInt32At(image, header + 40), (int)UInt32At(image, header + 44));
        }

        return sections;
    }

    private static string StringAt(ReadOnlySpan<byte> image, int offset)
    {
        var rest = image[offset..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    private static ushort UInt16At(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(image[offset..]);

    private static uint UInt32At(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(image[offset..]);

    private static ulong UInt64At(ReadOnlySpan<byte> image, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(image[offset..]);

    private readonly record struct Section(uint Type, int Offset, int Link, int Info);
}
