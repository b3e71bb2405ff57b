using System.Buffers.Binary;
using System.Text;

namespace MLNet.Procrustean.Interop;

/// <summary>
/// The symbol versions that a 64-bit little-endian ELF library requires of the libraries that it depends on (section
/// <c>.gnu.version_r</c>).
/// </summary>
/// <remarks>Layout: System V ABI (sections) and the Linux Standard Base, "Symbol Versioning" (Elfxx_Verneed, Elfxx_Vernaux).</remarks>
internal static class ElfSymbolVersions
{
    private const uint SectionOfNeededVersions = 0x6ffffffe; // SHT_GNU_verneed
    private const int SizeOfEntry = 16; // of Elf64_Verneed and of Elf64_Vernaux
    private const ushort Weak = 2; // VER_FLG_WEAK: the loader warns instead of failing when the version is missing

    /// <summary>
    /// Marks a needed version as weak, in place; false when the image is not such a library or does not require that version.
    /// </summary>
    public static bool TryWeaken(Span<byte> image, string version)
    {
        if (image.Length < 64 || !image[..6].SequenceEqual<byte>([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
        {
            return false;
        }

        try
        {
            var flags = FlagsOf(image, version);
            foreach (var flag in flags)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(image[flag..], (ushort)(UInt16At(image, flag) | Weak));
            }

            return flags.Count > 0;
        }
        catch (Exception problem) when (problem is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            return false; // the image is damaged: a table of it points outside
        }
    }

    /// <summary>Where the flags of a needed version lie; usually in one place, since one library defines it.</summary>
    private static List<int> FlagsOf(ReadOnlySpan<byte> image, string version)
    {
        var found = new List<int>();
        var sections = Sections(image);
        foreach (var needed in sections.Where(section => section.Type == SectionOfNeededVersions))
        {
            var strings = sections[needed.Link];
            var library = needed.Offset;
            for (var i = 0; i < needed.Info; i++)
            {
                var entry = checked(library + (int)UInt32At(image, library + 8));
                for (var j = 0; j < UInt16At(image, library + 2); j++)
                {
                    if (StringAt(image, checked(strings.Offset + (int)UInt32At(image, entry + 8))) == version)
                    {
                        found.Add(entry + 4);
                    }

                    if (!Advance(ref entry, UInt32At(image, entry + 12)))
                    {
                        break;
                    }
                }

                if (!Advance(ref library, UInt32At(image, library + 12)))
                {
                    break;
                }
            }
        }

        return found;
    }

    // Both lists end with a step of 0. A step shorter than an entry is damage, which could make them nearly endless.
    private static bool Advance(ref int offset, uint step)
    {
        offset = checked(offset + (int)step);
        return step >= SizeOfEntry;
    }

    private static Section[] Sections(ReadOnlySpan<byte> image)
    {
        var (table, size, count) = (checked((int)UInt64At(image, 40)), UInt16At(image, 58), UInt16At(image, 60));
        var sections = new Section[count];
        for (var i = 0; i < count; i++)
        {
            var header = checked(table + (i * size));
            sections[i] = new Section(
                UInt32At(image, header + 4),
                checked((int)UInt64At(image, header + 24)),
                checked((int)UInt32At(image, header + 40)),
                checked((int)UInt32At(image, header + 44))
            );
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
