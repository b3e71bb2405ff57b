using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Persistence;

public sealed class ScratchFileTests
{
    [Test]
    public void FirstOnDisk_FoldersInMemoryAndMissingOnes_AreLeftOut()
    {
        const string InMemory = "/dev/shm";
        if (!Directory.Exists(InMemory))
        {
            Assert.Ignore($"It takes a folder in memory: there is no {InMemory}.");
        }

        using var folder = new TemporaryFolder(Directory.Exists("/var/tmp") ? "/var/tmp" : null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ScratchFile.FirstOnDisk(InMemory, Path.Combine(folder.Path, "missing"), folder.Path), Is.EqualTo(folder.Path));
            Assert.That(ScratchFile.FirstOnDisk(InMemory), Is.Null);
        }
    }

    [Test]
    public void Create_AFile_IsGoneWhenItIsClosed()
    {
        using var folder = new TemporaryFolder();
        using (var file = ScratchFile.Create(Path.Combine(folder.Path, "scratch"), room: 4096))
        {
            file.Write([1, 2, 3]);
            file.Position = 1;
            Assert.That(file.ReadByte(), Is.EqualTo(2));
        }

        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
    }
}
