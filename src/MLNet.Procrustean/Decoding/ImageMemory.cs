using System.Globalization;

namespace MLNet.Procrustean.Decoding;

/// <summary>Checks whether a set of decoded images fits into memory, before any of them is decoded.</summary>
internal static class ImageMemory
{
    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Bytes of memory that this process may still use, within the limit of its container if it has one.</summary>
    public static long AvailableBytes
    {
        get
        {
            var memory = GC.GetGCMemoryInfo();
            // The load is that of the last collection, and 0 before the first one.
            var used = Math.Max(memory.MemoryLoadBytes, Environment.WorkingSet);
            return Math.Max(0, memory.TotalAvailableMemoryBytes - used);
        }
    }

    /// <summary>
    /// The same, found again where it is less than so many bytes: it may be that of a training that is over, or of garbage.
    /// </summary>
    public static long AvailableFor(double bytes) => AvailableFor(bytes, () => AvailableBytes, GC.Collect);

    /// <summary>The same, with what finds it and what collects the garbage.</summary>
    public static long AvailableFor(double bytes, Func<long> available, Action collect)
    {
        if (available() < bytes)
        {
            collect();
        }

        return available();
    }

    /// <param name="images">Their number.</param>
    /// <param name="shape">Of each.</param>
    /// <param name="remedy">What to do; null for what helps a training.</param>
    /// <exception cref="InvalidOperationException">The images need more than <see cref="AvailableBytes"/>.</exception>
    public static void Check(long images, ImageShape shape, string? remedy = null) =>
        Check(images, shape, AvailableFor((double)images * shape.Bytes), remedy);

    /// <exception cref="InvalidOperationException">The images need more than <paramref name="availableBytes"/>.</exception>
    public static void Check(long images, ImageShape shape, long availableBytes, string? remedy = null)
    {
        if (Fits(images, shape, availableBytes))
        {
            return;
        }

        var neededBytes = (double)images * shape.Bytes;
        var advice = shape.Channels == 3 ? "fewer images, grey images (a third)" : "fewer images";
        throw new InvalidOperationException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{images:N0} images of {shape.Size} × {shape.Size} × {shape.Channels} bytes need {Readable(neededBytes)} of memory, "
                    + $"but {Readable(availableBytes)} are available. "
            ) + (remedy ?? $"Use a smaller ImageSize, {advice}, a CachePath to train from disk or more memory.")
        );
    }

    public static bool Fits(long images, ImageShape shape) => Fits(images, shape, AvailableFor((double)images * shape.Bytes));

    private static bool Fits(long images, ImageShape shape, long availableBytes) => (Int128)images * shape.Bytes <= availableBytes;

    /// <summary>A number of bytes in a readable unit.</summary>
    public static string Readable(double bytes)
    {
        var unit = bytes < 1024 ? 0 : Math.Min((int)Math.Log(bytes, 1024), Units.Length - 1);
        var format = unit == 0 ? "0" : "0.0";
        return (bytes / Math.Pow(1024, unit)).ToString(format, CultureInfo.InvariantCulture) + " " + Units[unit];
    }
}
