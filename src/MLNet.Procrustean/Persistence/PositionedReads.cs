using Microsoft.Win32.SafeHandles;

namespace MLNet.Procrustean.Persistence;

/// <summary>Reads of any part of a file, also from several threads.</summary>
internal static class PositionedReads
{
    /// <summary>Fills the bytes from a position of the file; returns how many it had, fewer where it ends.</summary>
    public static int Fill(SafeFileHandle file, Span<byte> bytes, long start)
    {
        var (filled, read) = (0, 1);
        while (filled < bytes.Length && read > 0)
        {
            read = RandomAccess.Read(file, bytes[filled..], start + filled);
            filled += read;
        }

        return filled;
    }
}
