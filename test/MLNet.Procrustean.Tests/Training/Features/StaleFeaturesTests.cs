using System.Buffers.Binary;
using System.Text;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Training.Features;

/// <summary>Files that are not the ones wanted: damaged ones are written again, those of others are left alone.</summary>
public sealed class StaleFeaturesTests
{
    private static readonly (string What, Func<byte[], byte[]> Change, string Reason)[] Changes =
    [
        ("a byte too few", file => file[..^1], "it is cut short, or longer than its header says"),
        ("no features", file => file[..(HeaderOf(file) + 8)], "it is cut short, or longer than its header says"),
        ("a byte too many", file => [.. file, 0], "it is cut short, or longer than its header says"),
        ("another version", file => Replaced(file, "version\":\"1\"", "version\":\"2\""), "they are of other format version"),
        ("another view", file => Replaced(file, "\"views\":\"2\"", "\"views\":\"1\""), "they are of other views"),
        ("an image less", file => Replaced(file, "[9,4,16,16]", "[9,16,16,4]"), "its header contradicts itself"),
        ("another name", file => Replaced(file, "\"images.crc32c\"", "\"images.crc32d\""), "its header contradicts itself"),
    ];

    private static readonly (string What, Func<byte[], byte[]> Change)[] Others =
    [
        ("empty", _ => []),
        ("a text", _ => Encoding.UTF8.GetBytes("My own notes, which nobody may overwrite.")),
        ("cut in its header", file => file[..100]),
        ("a header of 99 megabytes", file => WithLength(file, 99_000_000)),
        ("a header of all bytes there are", file => WithLength(file, long.MaxValue)),
        ("more images than bytes", file => Replaced(file, "[9,4,16,16]", "[9,4,16,17]")),
        ("as many as overflow", file => Replaced(file, "\"shape\":[9,4,16,16]", "\"shape\":[9000000000000000000,9]")),
        ("another format", file => Replaced(file, "MLNet.Procrustean features", "MLNet.Procrustean pictures")),
    ];

    private static IEnumerable<TestCaseData> CasesToWriteAgain =>
        Changes.Select(change => new TestCaseData(change.Change, change.Reason).SetArgDisplayNames(change.What));

    private static IEnumerable<TestCaseData> CasesOfOthers =>
        Others.Select(other => new TestCaseData(other.Change).SetArgDisplayNames(other.What));

    [TestCaseSource(nameof(CasesToWriteAgain))]
    public void Open_NotTheFeaturesAskedFor_ComputesThemAgainAndSaysWhy(Func<byte[], byte[]> change, string reason)
    {
        using var folder = new FeatureFolder();
        var expected = FeatureFolder.All(folder.Open()!);
        var whole = File.ReadAllBytes(folder.Path);
        File.WriteAllBytes(folder.Path, change(whole));

        var features = FeatureFolder.All(folder.Open()!);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(features, Is.EqualTo(expected));
            Assert.That(File.ReadAllBytes(folder.Path), Is.EqualTo(whole));
            Assert.That(folder.Told[0], Is.EqualTo($"The features in the file '{folder.Path}' are computed again: {reason}."));
            Assert.That(folder.Told, Has.Some.Contains("18 of 18 images"));
        }
    }

    [TestCaseSource(nameof(CasesOfOthers))]
    [Category(FaultsTried.Category)]
    public void Open_NotAFileOfFeatures_IsRefusedWithoutMemoryAndLeftAsItIs(Func<byte[], byte[]> change)
    {
        using var folder = new FeatureFolder();
        folder.Open()!.Dispose();
        var other = change(File.ReadAllBytes(folder.Path));
        File.WriteAllBytes(folder.Path, other);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(
            () => folder.Open(),
            Throws.TypeOf<IOException>().With.Message.Contains(folder.Path).And.Message.Contains("another CachePath")
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(4 << 20));
            Assert.That(File.ReadAllBytes(folder.Path), Is.EqualTo(other));
        }

        FaultsTried.Record(
            "Feature files",
            "files of others, and headers that claim more than there is",
            1,
            "refused before memory is allocated for them, and left as they are"
        );
    }

    [Test]
    public void Open_AFolderInItsPlace_IsRefused()
    {
        using var folder = new FeatureFolder();
        Directory.CreateDirectory(folder.Path);
        Assert.That(() => folder.Open(), Throws.TypeOf<IOException>().With.Message.Contains("is a folder"));
    }

    [Test]
    public void Open_NoSuchFolder_IsNullWithAWarning()
    {
        using var folder = new FeatureFolder();
        folder.Path = Path.Combine(folder.Path, "nowhere", "features");
        Assert.That(folder.Open(), Is.Null);
        Assert.That(
            folder.Warned,
            Has.Count.EqualTo(1).And.Some.Contains($"'{folder.Path}' cannot be written").And.Some.Contains("without the file")
        );
    }

    [Test]
    [Platform("Linux", Reason = "The limit is Linux's own.")]
    public void Open_DiskTooSmall_IsNullWithAWarningAndLeavesTheEarlierFile()
    {
        using var folder = new FeatureFolder();
        folder.Open()!.Dispose();
        var earlier = File.ReadAllBytes(folder.Path)[..^1];
        File.WriteAllBytes(folder.Path, earlier);
        using (new FileSizeLimit(20_000))
        {
            Assert.That(folder.Open(), Is.Null);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(folder.Warned, Has.Count.EqualTo(1).And.Some.Contains("cannot be written"));
            Assert.That(folder.Files, Is.EqualTo(new[] { Path.GetFileName(folder.Path) }));
            Assert.That(File.ReadAllBytes(folder.Path), Is.EqualTo(earlier));
        }
    }

    private static int HeaderOf(byte[] file) => (int)BinaryPrimitives.ReadInt64LittleEndian(file);

    private static byte[] WithLength(byte[] file, long length)
    {
        BinaryPrimitives.WriteInt64LittleEndian(file, length);
        return file;
    }

    // In the header, whose length stays: spaces are added behind it, or taken away there.
    private static byte[] Replaced(byte[] file, string old, string text)
    {
        var length = HeaderOf(file);
        var header = Encoding.UTF8.GetString(file, 8, length);
        var changed = header.Replace(old, text, StringComparison.Ordinal).TrimEnd();
        Assert.That(changed, Is.Not.EqualTo(header.TrimEnd()));
        var padded = Encoding.UTF8.GetBytes(changed.PadRight(length));
        return [.. BitConverter.GetBytes((long)padded.Length), .. padded, .. file[(8 + length)..]];
    }
}
