using System.Buffers.Binary;
using System.Security.Cryptography;
using MLNet.Procrustean.Reading.Cache;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Tests.Support.Fuzzing;

namespace MLNet.Procrustean.Tests.Reading.Cache;

/// <summary>Image caches with false claims, and with a checksum that fits.</summary>
[Category(FaultsTried.Category)]
public sealed class HostileCacheTests
{
    private const int Start = 36; // of the header: where the table is
    private const long Allowance = 64 << 10;

    // Of the table of 8 images and a skipped row: size, channels, aspect, bytes of keys, images, skipped rows, the row's number, the length
    // of its first text.
    private const int Images = 16 + (9 * 32);
    private const int Skipped = Images + 4 + (8 * 4) + (8 * 6 * 8);
    private static readonly (int Place, int Value, string Reason)[] Claims =
    [
        .. new[] { -1, int.MinValue, int.MaxValue }.SelectMany(value =>
            new[] { 0, 4, 8, 12, Images }.Select(place => (place, value, "claims what it does not hold"))
        ),
        .. new[] { -1, int.MinValue, int.MaxValue, 0, 2 }.Select(value => (Skipped, value, "contradicts itself")),
        .. new[] { -1, 9, int.MaxValue }.Select(value => (Skipped + 4, value, "contradicts itself")),
        (Skipped + 8, -1, "claims what it does not hold"),
        (Skipped + 8, 0x7FFFFFFF, "claims what it does not hold"),
    ];

    [TestCaseSource(nameof(Claims))]
    public void Open_NumberThatDoesNotFit_IsRefused((int Place, int Value, string Reason) claim)
    {
        using var folder = WithASkippedRow();
        File.WriteAllBytes(
            folder.CachePath,
            Forged(File.ReadAllBytes(folder.CachePath), table =>
                BinaryPrimitives.WriteInt32LittleEndian(table.AsSpan(claim.Place), claim.Value)
            )
        );
        Assert.That(() => CachedPixels.Open(folder.CachePath), Throws.TypeOf<InvalidDataException>().With.Message.Contains(claim.Reason));
        FaultsTried.Record(
            "Image cache",
            "a table that claims more than it holds or contradicts itself, with a valid checksum",
            1,
            "refused before memory is allocated for it; the training rebuilds the cache"
        );
    }

    [TestCase(double.NaN)]
    [TestCase(-1)]
    [TestCase(1e308)]
    public void Open_SumThatNoPixelsHave_IsRefused(double sum)
    {
        using var folder = WithASkippedRow();
        File.WriteAllBytes(
            folder.CachePath,
            Forged(File.ReadAllBytes(folder.CachePath), table => BinaryPrimitives.WriteDoubleLittleEndian(table.AsSpan(Skipped - 8), sum))
        );
        Assert.That(
            () => CachedPixels.Open(folder.CachePath),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("contradicts itself")
        );
    }

    [Test]
    public void Open_TableOfOtherPixels_IsRefused()
    {
        using var folder = new CachedFolder();
        folder.Read().Dispose();
        File.WriteAllBytes(
            folder.CachePath,
            Forged(File.ReadAllBytes(folder.CachePath), table => BinaryPrimitives.WriteInt32LittleEndian(table, 17))
        );
        Assert.That(
            () => CachedPixels.Open(folder.CachePath),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("of other pixels")
        );
    }

    [TestCase(1_000, 1)]
    public void Open_MutatedTable_OpensOrRefuses(int inputs, int seed)
    {
        using var folder = WithASkippedRow();
        var whole = File.ReadAllBytes(folder.CachePath);
        var start = (int)BinaryPrimitives.ReadInt64LittleEndian(whole.AsSpan(Start));
        var bombardment = new Bombardment(seed);

        bombardment.Run(
            inputs,
            random => [.. whole[..start], .. ByteMutations.Of(whole[start..], whole[start..], random)],
            file => Use(file, folder.CachePath),
            file => Allowance + (4 * file.LongLength)
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(bombardment.Of("refused"), Is.GreaterThan(inputs / 4));
            Assert.That(bombardment.Of("read"), Is.GreaterThan(inputs / 20), "some changes do no harm to pixels");
            Assert.That(bombardment.Of("other pixels than were decoded"), Is.GreaterThan(0), "checksums of images were changed");
        }

        FaultsTried.Record(
            "Image cache",
            "the table changed at random, with a valid checksum",
            inputs,
            "refused with an InvalidDataException (the cache is rebuilt) or with an IOException at the image whose pixels do not fit, "
                + "or read; no crash, no hang"
        );
    }

    private static CachedFolder WithASkippedRow()
    {
        var folder = new CachedFolder();
        File.WriteAllText(folder.Paths[3], "no image");
        folder.Options = folder.Options with { BadImages = BadImages.Skip };
        folder.Read().Dispose();
        return folder;
    }

    private static string Use(byte[] mutated, string path)
    {
        File.WriteAllBytes(path, Forged(mutated, _ => { }));
        try
        {
            using var pixels = CachedPixels.Open(path);
            using var all = pixels.Narrow(0, pixels.Count);
            using var sums = pixels.ChannelSums();
            return "read";
        }
        catch (InvalidDataException)
        {
            return "refused";
        }
        catch (IOException problem) when (problem.Message.Contains("is damaged at image", StringComparison.Ordinal))
        {
            return "other pixels than were decoded";
        }
    }

    // Changes the table and makes header and checksum fit.
    private static byte[] Forged(byte[] whole, Action<byte[]> change)
    {
        var start = (int)BinaryPrimitives.ReadInt64LittleEndian(whole.AsSpan(Start));
        var (header, pixels, table) = (whole[..ImageCacheFile.PixelsStart], whole[ImageCacheFile.PixelsStart..start], whole[start..]);
        change(table);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(Start + 8), table.Length);
        SHA256.HashData([.. header[..(Start + 16)], .. table]).CopyTo(header, Start + 16);
        return [.. header, .. pixels, .. table];
    }
}
