using System.Globalization;
using Microsoft.ML;
using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Data;

public sealed class ImageFolderTests
{
    private readonly MLContext ml = new(seed: 1);
    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void LoadImageFolder_FilesInAnyOrder_ComeOrdinallyByClassAndPath()
    {
        Touch("dog/b.png", "dog/C.PNG", "dog/a/z.jpg", "dog/a.jpg");
        Touch("Cat/2.webp", "Cat/10.Gif", "ant/x.jfif", "ant/deep/er/y.bmp", "ant/w.jpeg");
        Assert.That(
            Load().Select(row => (row.Label, Relative(row.ImagePath))),
            Is.EqualTo(
                new[]
                {
                    ("Cat", "Cat/10.Gif"),
                    ("Cat", "Cat/2.webp"),
                    ("ant", "ant/deep/er/y.bmp"),
                    ("ant", "ant/w.jpeg"),
                    ("ant", "ant/x.jfif"),
                    ("dog", "dog/C.PNG"),
                    ("dog", "dog/a.jpg"),
                    ("dog", "dog/a/z.jpg"),
                    ("dog", "dog/b.png"),
                }
            )
        );
    }

    [Test]
    public void LoadImageFolder_HiddenAndOtherFiles_AreIgnored()
    {
        Touch("cat/a.png", "cat/.b.png", "cat/.cache/c.png", "cat/notes.txt", "cat/png", ".git/d.png", "readme.md", ".e.png");
        Assert.That(Load().Select(row => Relative(row.ImagePath)), Is.EqualTo(new[] { "cat/a.png" }));
    }

    [Test]
    public void LoadImageFolder_AnyFolder_KnowsItsRowCount()
    {
        Touch("cat/a.png", "dog/b.png", "dog/c.png");
        Assert.That(ml.Data.LoadImageFolder(folder.Path).GetRowCount(), Is.EqualTo(3));
    }

    [Test]
    public void LoadImageFolder_AnyFolder_HasTwoTextColumns()
    {
        Touch("cat/a.png");
        var schema = ml.Data.LoadImageFolder(folder.Path).Schema;
        Assert.That(schema.Select(column => $"{column.Name}: {column.Type}"), Is.EqualTo(new[] { "ImagePath: String", "Label: String" }));
    }

    [Test]
    public void LoadImageFolder_ExtensionsListed_AreDecoded()
    {
        Dictionary<string, byte[]> files = new()
        {
            [".jpg"] = TestImages.Jpeg(8, 8, TestImages.Noise),
            [".png"] = TestImages.Png(8, 8, TestImages.Noise),
            [".bmp"] = HandmadeImages.Bmp(8, 8, TestImages.Noise),
            [".gif"] = HandmadeImages.Gif(8, 8, (x, _) => (byte)x, i => new((byte)i, 0, 0)),
            [".webp"] = TestImages.Webp(8, 8, TestImages.Noise),
        };
        files[".jpeg"] = files[".jpe"] = files[".jif"] = files[".jfif"] = files[".jpg"];
        (files[".apng"], files[".dib"]) = (files[".png"], files[".bmp"]);
        Assert.That(ImageFile.Extensions, Is.EquivalentTo(files.Keys));
        foreach (var (extension, content) in files)
        {
            folder.Write("all/image" + extension, content);
        }

        var decoded = Load().Select(row => Decoded.Of(row.ImagePath, new ImageShape { Size = 8 }));
        Assert.That(decoded.Count(), Is.EqualTo(files.Count));
    }

    [Test]
    public void LoadImageFolder_NoSuchFolder_NamesIt() =>
        Assert.That(
            () => ml.Data.LoadImageFolder("nowhere/photos"),
            Throws.TypeOf<DirectoryNotFoundException>().With.Message.Contains("'nowhere/photos'")
        );

    [Test]
    public void LoadImageFolder_EmptyPath_IsRefused() => Assert.That(() => ml.Data.LoadImageFolder(" "), Throws.ArgumentException);

    [Test]
    public void LoadImageFolder_AFile_SaysSo()
    {
        var path = folder.Write("cat.png", [0]);
        Assert.That(() => ml.Data.LoadImageFolder(path), Throws.ArgumentException.With.Message.Contains($"'{path}' is a file"));
    }

    [Test]
    public void LoadImageFolder_WithoutSubFolders_SaysSo()
    {
        Touch("a.png", ".hidden/b.png");
        Assert.That(Load, Throws.TypeOf<InvalidDataException>().With.Message.Contains("has no sub-folders"));
    }

    [Test]
    public void LoadImageFolder_ImageBesideTheClasses_NamesIt()
    {
        Touch("cat/a.png", "stray.JPG");
        Assert.That(Load, Throws.TypeOf<InvalidDataException>().With.Message.Contains("'stray.JPG'").And.Message.Contains("no label"));
    }

    [Test]
    public void LoadImageFolder_ClassesWithoutImages_NamesThem()
    {
        Touch("cat/a.png", "dog/notes.txt", "eel/.a.png");
        Assert.That(Load, Throws.TypeOf<InvalidDataException>().With.Message.Contains("2 of 3").And.Message.Contains("'dog', 'eel'"));
    }

    [Test]
    public void LoadImageFolder_FlatFolder_CountsItsImages()
    {
        Touch("a.png", "b.jpg", "notes.txt");
        Assert.That(Load, Throws.TypeOf<InvalidDataException>().With.Message.Contains("has no sub-folders, only 2 images"));
    }

    [TestCase(
        "Give '{0}/train' to train on and '{0}/test' to test on.",
        "train/cat/a.png",
        "train/dog/b.png",
        "test/cat/c.png",
        "val/x.png"
    )]
    [TestCase("Give '{0}/Training' to train on and '{0}/Validation' to test on.", "Training/cat/a.png", "Validation/cat/b.png")]
    [TestCase("Give '{0}/train'.", "train/cat/a.png", "train/dog/b.png")]
    [TestCase("Give '{0}/test'.", "test/cat/a.png", "val/dog/b.png")]
    [TestCase("Put the images of each class into a sub-folder of its part", "train/a.png", "test/b.png")]
    public void LoadImageFolder_PartsOfADataSet_SaysWhichFolderWasMeant(string hint, params string[] files)
    {
        Touch(files);
        Assert.That(
            Load,
            Throws
                .TypeOf<InvalidDataException>()
                .With.Message.Contains("parts of a data set, not classes")
                .And.Message.Contains(string.Format(CultureInfo.InvariantCulture, hint, folder.Path))
        );
    }

    [TestCase("train/a.png", "bus/b.png", "car/c.png")]
    [TestCase("train/a.png")]
    [TestCase("train/local/a.png", "train/express/b.png", "bus/red/b.png")]
    public void LoadImageFolder_ClassThatIsCalledTrain_IsOne(params string[] files)
    {
        Touch(files);
        Assert.That(Load().Select(row => row.Label), Does.Contain("train"));
    }

    [TestCase(1, "photos/cat/a.png", "photos/dog/b.png")]
    [TestCase(0, "photos/cat/a.png", "photos/cat/b.png")]
    [TestCase(0, "photos/cat/a.png", "photos/b.png")]
    [TestCase(0, "cat/1/a.png", "cat/2/b.png", "dog/1/c.png")]
    public void LoadImageFolder_FolderAroundTheClasses_WarnsOfIt(int expected, params string[] files)
    {
        var warnings = new List<string>();
        ml.Log += (_, line) => warnings.Add(line.Message);
        Touch(files);
        Load();
        Assert.That(
            warnings,
            Has.Exactly(expected)
                .Contains($"'photos', whose images lie in 2 folders: if those are the classes, give '{folder.Path}/photos'")
        );
    }

    private List<LabelledImageFile> Load() =>
        [.. ml.Data.CreateEnumerable<LabelledImageFile>(ml.Data.LoadImageFolder(folder.Path), reuseRowObject: false)];

    private void Touch(params string[] paths) => Array.ForEach(paths, path => folder.Write(path, [0]));

    private string Relative(string path) => Path.GetRelativePath(folder.Path, path).Replace('\\', '/');
}
