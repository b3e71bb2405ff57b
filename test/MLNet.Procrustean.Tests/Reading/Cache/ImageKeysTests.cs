using MLNet.Procrustean.Data;
using MLNet.Procrustean.Reading.Cache;

namespace MLNet.Procrustean.Tests.Reading.Cache;

public sealed class ImageKeysTests
{
    [Test]
    public void Read_SameFiles_GivesTheSameKeys()
    {
        using var folder = new CachedFolder();
        var keys = Keys(folder, folder.Paths);
        Assert.That(keys, Has.Length.EqualTo(9).And.Unique);
        Assert.That(Keys(folder, folder.Paths), Is.EqualTo(keys));
    }

    [Test]
    public void Read_RelativePath_IsThatOfTheFile()
    {
        using var folder = new CachedFolder();
        Assert.That(
            Keys(folder, Path.GetRelativePath(Environment.CurrentDirectory, folder.Paths[0])),
            Is.EqualTo(Keys(folder, folder.Paths[0]))
        );
    }

    [Test]
    public void Read_LinkToAFile_FollowsWhatTheFileDoes()
    {
        using var folder = new CachedFolder();
        var link = folder.CachePath + ".png";
        File.CreateSymbolicLink(link, folder.Paths[0]);
        var before = Keys(folder, link);
        File.SetLastWriteTimeUtc(folder.Paths[0], DateTime.UtcNow.AddDays(-2));
        Assert.That(Keys(folder, link), Is.Not.EqualTo(before));
        File.Delete(folder.Paths[0]);
        Assert.That(() => Keys(folder, link), Throws.Nothing);
    }

    [Test]
    public void Read_NoFile_HasAKeyThatChangesWhenThereIsOne()
    {
        using var folder = new CachedFolder();
        var path = folder.CachePath + ".png";
        var before = Keys(folder, path, "");
        File.WriteAllBytes(path, []);
        var after = Keys(folder, path, "");
        Assert.That(after[0], Is.Not.EqualTo(before[0]));
        Assert.That(after[1], Is.EqualTo(before[1]));
    }

    private static string[] Keys(CachedFolder folder, params string[] paths)
    {
        var data = folder.Rows([.. paths.Select(path => (path, "cat"))]);
        return
        [
            .. ImageKeys
                .Read(data, ImageColumn.Find(data.Schema, "ImagePath"), LabelColumn.Find(data.Schema, "Label"), CancellationToken.None)
                .Keys.Chunk(ImageKeys.Size)
                .Select(Convert.ToHexString),
        ];
    }
}
