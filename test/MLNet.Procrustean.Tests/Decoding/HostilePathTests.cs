using System.Diagnostics;
using MLNet.Procrustean.Tests.Support;
using NUnit.Framework.Constraints;

namespace MLNet.Procrustean.Tests.Decoding;

/// <summary>Paths that do not lead to a regular file, files that change while they are read, and unusual names.</summary>
[Category(FaultsTried.Category)]
[Platform(Include = "Linux", Reason = "Other systems have no such names, links, pipes and devices.")]
public sealed class HostilePathTests
{
    private static readonly ImageShape Shape = new() { Size = 16 };
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("/dev/zero")]
    [TestCase("/dev/random")]
    [TestCase("/dev/stdin")]
    [TestCase("/proc/self/environ")]
    public void Decode_DeviceOrKernelFile_IsRefusedUnopened(string path)
    {
        File.CreateSymbolicLink(Inside("device.png"), path);
        AssertRefused(path, "0 bytes", "devices and kernel files as images, and links to them");
        AssertRefused(Inside("device.png"), "device or pipe", "devices and kernel files as images, and links to them");
    }

    // Opening a pipe blocks until another process opens its other end.
    [Test]
    public void Decode_Pipe_IsRefusedUnopened()
    {
        Shell($"mkfifo '{Inside("pipe.png")}'");
        AssertRefused(Inside("pipe.png"), "device or pipe", "a named pipe as an image");
    }

    [Test]
    public void Decode_SparseFileOfGigabytes_IsRefusedUnread([Values(1, 3)] int gigabytes)
    {
        using (var file = File.Create(Inside("large.jpg")))
        {
            file.SetLength((long)gigabytes << 30);
        }

        var allocated = AssertRefused(Inside("large.jpg"), $"the file has {gigabytes}.0 GiB", "sparse files of gigabytes as images");
        Assert.That(allocated, Is.LessThan(1 << 20));
    }

    [Test]
    public void Decode_LinkToAnImage_DecodesIt()
    {
        var image = folder.Write("photo.png", ImageFolders.Png(0, 0));
        File.CreateSymbolicLink(Inside("link.png"), "photo.png");
        File.CreateSymbolicLink(Inside("second.png"), Inside("link.png"));
        Assert.That(Decoded.Of(Inside("second.png"), Shape), Is.EqualTo(Decoded.Of(image, Shape)));
    }

    [Test]
    public void Decode_LinkThatLeadsNowhere_SaysThatTheFileDoesNotExist()
    {
        File.CreateSymbolicLink(Inside("dangling.png"), Inside("gone.png"));
        AssertRefused(Inside("dangling.png"), "does not exist", "links to images that lead nowhere");
    }

    [Test]
    public void Decode_LinksInACircle_AreRefused()
    {
        File.CreateSymbolicLink(Inside("a.png"), Inside("b.png"));
        File.CreateSymbolicLink(Inside("b.png"), Inside("a.png"));
        AssertRefused(Inside("a.png"), "cannot be read", "links to images that lead in a circle");
    }

    [Test]
    public void Decode_LinkToAFolder_IsRefused()
    {
        Directory.CreateSymbolicLink(Inside("folder.png"), folder.Path);
        AssertRefused(Inside("folder.png"), "a folder", "links to folders as images");
    }

    [TestCase(300)]
    [TestCase(5_000)]
    public void Decode_PathTooLong_IsRefused(int length)
    {
        var name = length > 4_096 ? string.Join('/', Enumerable.Repeat(new string('d', 200), length / 200)) : new string('d', length);
        AssertRefused(Inside(name + ".png"), "the file ", "names of more than 255 and paths of more than 4,096 bytes");
    }

    [Test]
    public void Decode_NullCharacterInThePath_IsRefused() =>
        AssertRefused(Inside("a\0b.png"), "cannot be read", "paths with a null character");

    [Test]
    public void Decode_LineBreakInThePath_IsEscapedInTheMessageAlone()
    {
        var path = Inside("a\nWarning: b.png");
        var problem = Assert.Throws<ImageException>(() => Decoded.Of(path, Shape));
        Assert.That(problem.Message, Does.Not.Contain('\n').And.Contain("a\\u000aWarning: b.png"));
        Assert.That(problem.Origin, Is.EqualTo(path));
    }

    // The system's message quotes the path.
    [Test]
    public void Decode_LinkToItselfWithALineBreak_IsEscapedInTheMessage()
    {
        var path = Inside("c\nWarning: d.png");
        File.CreateSymbolicLink(path, path);
        var problem = Assert.Throws<ImageException>(() => Decoded.Of(path, Shape))!;
        Assert.That(problem.Message, Does.Not.Contain('\n').And.Contain("c\\u000aWarning: d.png"));
    }

    [Test]
    public void Decode_FileThatMayNotBeRead_IsRefused()
    {
        Assume.That(Environment.UserName, Is.Not.EqualTo("root"), "root may read all files");
        var path = folder.Write("secret.png", ImageFolders.Png(0, 0));
        Shell($"chmod 000 '{path}'");
        AssertRefused(path, "cannot be read", "files that may not be read");
    }

    // The decoder may find the file complete, half written, empty or too long.
    [Test]
    public void Decode_FileThatGrowsAndShrinks_DecodesOrRefuses()
    {
        var whole = ImageFolders.Png(0, 0);
        var path = folder.Write("changing.png", whole);
        byte[][] states = [whole, whole[..(whole.Length / 2)], [], [.. whole, .. new byte[100_000]]];
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            for (var turn = 0; !stop.IsCancellationRequested; turn++)
            {
                File.WriteAllBytes(path, states[turn % states.Length]);
            }
        });
        const int tries = 1_000;
        var expected = Decoded.Of(whole, Shape, "whole");
        var decoded = Enumerable.Range(0, tries).Select(_ => DecodedOrNull()).OfType<byte[]>().ToList();
        stop.Cancel();
        writer.Wait();
        TestContext.Out.WriteLine($"{tries - decoded.Count} of {tries} refused");
        Assert.That(decoded.Where(image => !image.AsSpan().SequenceEqual(expected)), Is.Empty, "a part of it was taken for the whole");
        FaultsTried.Record("Paths", "a file that grows and shrinks while it is read", tries, "a complete image, or an ImageException");

        byte[]? DecodedOrNull()
        {
            try
            {
                return Decoded.Of(path, Shape);
            }
            catch (ImageException)
            {
                return null;
            }
        }
    }

    private string Inside(string name) => Path.Join(folder.Path, name);

    // Returns the bytes that the decoding thread allocated; other tests may run beside it.
    private static long AssertRefused(string path, string part, string what)
    {
        var allocated = 0L;
        var decoding = Task.Run(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Decoded.Of(path, Shape);
            }
            finally
            {
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }
        });
        Constraint refused = Throws
            .TypeOf<ImageException>()
            .With.Property(nameof(ImageException.Origin))
            .EqualTo(path)
            .And.Message.Contains(part);
        Assert.That(() => decoding.Wait(Limit), Throws.TypeOf<AggregateException>(), "it hangs, or it decodes");
        Assert.That(() => decoding.GetAwaiter().GetResult(), refused);
        FaultsTried.Record("Paths", what, 1, "refused with an ImageException that names the path; not opened");
        return allocated;
    }

    internal static void Shell(string command)
    {
        using var shell = Process.Start("/bin/sh", ["-c", command]);
        shell.WaitForExit();
        Assert.That(shell.ExitCode, Is.Zero, command);
    }
}
