using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Data;

public sealed class LeftOutFilesTests
{
    private readonly MLContext ml = new(seed: 1);
    private readonly List<string> warnings = [];
    private TemporaryFolder folder = null!;

    [OneTimeSetUp]
    public void ListenForWarnings() =>
        ml.Log += (_, line) =>
        {
            if (line.Kind == ChannelMessageKind.Warning)
            {
                warnings.Add(line.RawMessage);
            }
        };

    [SetUp]
    public void MakeFolder()
    {
        folder = new TemporaryFolder();
        warnings.Clear();
    }

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void LoadImageFolder_OtherImageFormats_AreCountedByEndingAndFolder()
    {
        Touch("gear/0.png", "gear/1.HEIC", "gear/2.HEIC", "gear/a/3.heic", "gear/s.tif", "gear/odd.jpe", "gear/notes.txt");
        Touch("bolt/0.png", "bolt/p.heic", "bolt/q.Avif");

        Assert.That(Paths(), Is.EqualTo(new[] { "bolt/0.png", "gear/0.png", "gear/odd.jpe" }));
        Assert.That(
            warnings,
            Is.EqualTo(
                new[]
                {
                    Line("4 files", ".heic", "1 in 'bolt', 3 in 'gear'"),
                    Line("1 file", ".avif", "1 in 'bolt'"),
                    Line("1 file", ".tif", "1 in 'gear'"),
                }
            )
        );
    }

    [Test]
    public void LoadImageFolder_OnlyImagesThatAreRead_WarnsOfNothing()
    {
        Touch("gear/0.png", "gear/1.JPE", "gear/2.jif", "gear/3.apng", "gear/4.dib", "gear/readme.md", "gear/.x.heic", "bolt/0.png");
        Assert.That(Paths(), Has.Length.EqualTo(6));
        Assert.That(warnings, Is.Empty);
    }

    [Test]
    public void LoadImageFolder_OtherImageFormatsBesideTheClasses_AreCountedToo()
    {
        Touch("gear/0.png", "bolt/0.png", "IMG_1.heic", "bolt/IMG_2.heic", ".IMG_3.heic");
        Assert.That(Paths(), Has.Length.EqualTo(2));
        Assert.That(warnings, Is.EqualTo(new[] { Line("2 files", ".heic", $"1 in '{folder.Path}', 1 in 'bolt'") }));
    }

    [Test]
    public void LoadImageFolder_ManyFolders_NamesTheFirstFive()
    {
        Touch([.. Enumerable.Range(0, 8).SelectMany(c => new[] { $"{c}/0.png", $"{c}/0.tiff" })]);
        Paths();
        Assert.That(
            warnings.Single(),
            Does.Contain("8 files").And.Contains("1 in '0', 1 in '1', 1 in '2', 1 in '3', 1 in '4' and others in 3 more folders.")
        );
    }

    [Test]
    public void LoadImageFolder_ClassOfOtherFormatsAlone_SaysWhichInItsError()
    {
        Touch("gear/1.HEIC", "bolt/0.png");
        Assert.That(Paths, Throws.TypeOf<InvalidDataException>().With.Message.Contains("'gear'").And.Message.Contains("1 file whose name"));
    }

    [Test]
    public void LoadImageFolder_FoldersThatSystemsLeave_ArePassedOver()
    {
        Touch("gear/0.png", "bolt/0.png", "bolt/deep/1.png");
        Touch("__MACOSX/gear/._0.png", "gear/__macosx/x.png", "gear/._0.png", "gear/.DS_Store", "gear/Thumbs.db", "gear/desktop.ini");
        Touch("@eaDir/x.png", "bolt/@eaDir/0.png/SYNOPHOTO_THUMB_M.jpg", "#recycle/old.png", "bolt/#recycle/old.heic");
        Touch("$RECYCLE.BIN/S-1/$R1.png", "System Volume Information/x.png", "lost+found/x.png");
        Touch(".Trashes/x.png", ".dropbox.cache/x.png", "bolt/.dropbox.cache/x.png", ".dropbox");

        Assert.That(Paths(), Is.EqualTo(new[] { "bolt/0.png", "bolt/deep/1.png", "gear/0.png" }));
        Assert.That(warnings, Is.Empty);
    }

    private static string Line(string files, string ending, string folders) =>
        $"Left out {files} whose name ends in {ending}, a format that is not read: {folders}. Convert them to JPEG or PNG, "
        + "or move them elsewhere.";

    private string[] Paths() =>
        [
            .. ml
                .Data.CreateEnumerable<LabelledImageFile>(ml.Data.LoadImageFolder(folder.Path), reuseRowObject: false)
                .Select(row => Path.GetRelativePath(folder.Path, row.ImagePath).Replace('\\', '/')),
        ];

    private void Touch(params string[] paths) => Array.ForEach(paths, path => folder.Write(path, [0]));
}
