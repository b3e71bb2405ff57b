using System.Runtime.Versioning;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Persistence;

/// <summary>A file is either written completely or left as it was.</summary>
public sealed class AtomicFileTests
{
    private TemporaryFolder folder = null!;
    private string path = null!;

    [SetUp]
    public void TakeAFolder()
    {
        folder = new();
        path = folder.Write("file", "earlier"u8.ToArray());
    }

    [TearDown]
    public void RemoveTheFolder() => folder.Dispose();

    [Test]
    [Category(FaultsTried.Category)]
    public void Write_FailsAtAnyByte_LeavesTheEarlierFile([Values] bool isThere)
    {
        var checkpoint = new NamedArray[] { new("weight", "F32", [40], new byte[160]), new("count", "I64", [], new byte[8]) };
        void Write(Stream stream) => SafeTensors.Write(stream, new Dictionary<string, string> { ["format"] = "a test" }, checkpoint);
        using var whole = new MemoryStream();
        Write(whole);
        if (!isThere)
        {
            File.Delete(path);
        }

        for (var bytes = 0; bytes < whole.Length; bytes++)
        {
            Assert.That(
                () => AtomicFile.Write(path, "file", stream => Write(new FailingStream(stream, bytes))),
                Throws
                    .TypeOf<IOException>()
                    .With.Message.Contains(
                        $"The file '{path}' cannot be written: The disk is broken. An earlier file is unchanged. Free disk space"
                    )
            );
            AssertOnly(isThere ? "earlier"u8.ToArray() : null);
        }

        AtomicFile.Write(path, "file", stream => Write(new FailingStream(stream, whole.Length)));
        AssertOnly(whole.ToArray());
        FaultsTried.Record(
            "Files",
            "a stream that fails at byte n, for each n of a file",
            whole.Length,
            "reported; the earlier file is unchanged, byte for byte, and no other file is left"
        );
    }

    [Test]
    public void Write_OtherFailure_LeavesTheEarlierFile()
    {
        Assert.That(
            () => AtomicFile.Write(path, "file", stream => throw new InvalidDataException("no such thing")),
            Throws.TypeOf<InvalidDataException>()
        );
        AssertOnly("earlier"u8.ToArray());
    }

    [Test]
    public void Write_FileOpenForReading_IsReplacedAndStaysReadable()
    {
        using var open = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete));
        AtomicFile.Write(path, "file", stream => stream.Write("later"u8));
        Assert.That(open.ReadToEnd(), Is.EqualTo("earlier"));
        AssertOnly("later"u8.ToArray());
    }

    [Test]
    public void Write_LeftoversOfKilledProcesses_AreDeletedAndNothingElse()
    {
        static string Name() => Guid.NewGuid().ToString("N");
        string[] leftovers = [$"file.{Name()}.tmp", $"file.{Name()}.tmp"];
        string[] others =
        [
            "file.tmp",
            "file.1.tmp",
            $"file.{Name()}.old",
            $"other.{Name()}.tmp",
            $"file.copy.{Name()}.tmp",
            $"file{Name()}.tmp",
        ];
        Array.ForEach([.. leftovers, .. others], name => folder.Write(name, new byte[9]));
        using var writing = new AtomicFile(path); // by another process, just now

        AtomicFile.Write(path, "file", stream => stream.Write("later"u8));

        Assert.That(Names(), Is.EquivalentTo(others.Append("file").Append(Path.GetFileName(writing.Temporary))));
        writing.Finish();
        Assert.That(new FileInfo(path).Length, Is.Zero, "that of the other process");
    }

    [TestCase(DriveType.Fixed, false)]
    [TestCase(DriveType.Removable, false)]
    [TestCase(DriveType.Ram, false)]
    [TestCase(DriveType.Network, true)]
    [TestCase(DriveType.Unknown, true)]
    public void New_LeftoverWrittenNow_StaysWhereLocksAreNotReliable(DriveType drive, bool stays)
    {
        var now = folder.Write($"file.{Guid.NewGuid():N}.tmp", new byte[9]);
        var earlier = folder.Write($"file.{Guid.NewGuid():N}.tmp", new byte[9]);
        File.SetLastWriteTimeUtc(earlier, DateTime.UtcNow.AddHours(-2));

        new AtomicFile(path, hasLocks: Drives.HaveReliableLocks(drive)).Dispose();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.Exists(now), Is.EqualTo(stays));
            Assert.That(File.Exists(earlier), Is.False, "nobody has written to it for two hours");
        }
    }

    [Test]
    public void Finish_FolderGoneMeanwhile_SaysSo()
    {
        var inside = Path.Combine(folder.Path, "inside", "file");
        Directory.CreateDirectory(Path.GetDirectoryName(inside)!);
        Assert.That(
            () => AtomicFile.Write(inside, "file", _ => Directory.Delete(Path.GetDirectoryName(inside)!, recursive: true)),
            Throws.TypeOf<IOException>().With.Message.Contains($"The file '{inside}' cannot be written")
        );
    }

    [Test]
    [Platform("Linux", Reason = "Links take a privilege elsewhere.")]
    public void Write_Link_ReplacesWhatItLeadsTo()
    {
        var link = Path.Combine(folder.Path, "link");
        File.CreateSymbolicLink(link, path);
        AtomicFile.Write(link, "file", stream => stream.Write("later"u8));
        Assert.That(File.ReadAllText(path), Is.EqualTo("later"));
        Assert.That(new FileInfo(link).LinkTarget, Is.EqualTo(path));
    }

    [Test]
    [Platform("Linux")]
    [UnsupportedOSPlatform("windows")]
    public void Write_FileOfItsOwnerOnly_StaysSo()
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        AtomicFile.Write(path, "file", stream => stream.Write("later"u8));
        Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    [Platform("Linux")]
    public void Write_Device_IsNotReplaced()
    {
        var link = Path.Combine(folder.Path, "link");
        File.CreateSymbolicLink(link, "/dev/null");
        string[] devices = ["/dev/null", link, "/dev/../dev/null"];
        Array.ForEach(devices, device => AtomicFile.Write(device, "file", stream => stream.Write("later"u8)));
        Array.ForEach(devices, device =>
            Assert.That(() => new AtomicFile(device), Throws.TypeOf<IOException>().With.Message.Contains("is a device"))
        );
        Assert.That(
            () => AtomicFile.Write("/dev/full", "file", stream => stream.Write("later"u8)),
            Throws.TypeOf<IOException>().With.Message.Contains("The file '/dev/full' cannot be written")
        );
        Assert.That(new[] { "/dev/null", "/dev/full" }.Select(device => new FileInfo(device).Length), Is.All.Zero);
        Assert.That(new FileInfo(link).LinkTarget, Is.EqualTo("/dev/null"));
        Assert.That(Directory.GetFiles("/dev", "*.tmp"), Is.Empty);
    }

    private string?[] Names() => [.. Directory.GetFiles(folder.Path).Select(Path.GetFileName)];

    private void AssertOnly(byte[]? content)
    {
        Assert.That(Names(), Is.EqualTo(content is null ? [] : new[] { "file" }));
        Assert.That(content is null ? null : File.ReadAllBytes(path), Is.EqualTo(content));
    }
}
