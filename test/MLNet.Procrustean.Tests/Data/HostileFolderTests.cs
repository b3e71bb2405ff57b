using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Decoding;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Data;

/// <summary>Image folders with unusual names, links and files, as only Unix allows them.</summary>
[Category(FaultsTried.Category)]
[Platform(Include = "Linux", Reason = "Other systems have no such names, links and pipes.")]
public sealed class HostileFolderTests
{
    private static readonly string[] Names =
    [
        "with spaces",
        " ",
        "é",
        "e\u0301",
        "漢字",
        "😀👩‍👩‍👧",
        "-rf",
        "--help",
        "100%41%00",
        "a\nb",
        "a\tb\r",
        "'\"`$(id);&|",
        "back\\slash",
        "a:b*?<>",
        "null",
        "NaN",
        "~",
        "\u202Egnp.exe",
        new('x', 250),
    ];

    private readonly MLContext ml = new(seed: 1);
    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder()
    {
        HostilePathTests.Shell($"rm -rf '{folder.Path}'/*"); // some paths are too long for .NET to remove
        folder.Dispose();
    }

    [Test]
    public void Fit_FoldersAndFilesOfStrangeNames_AreClassesOfAModelThatIsSavedAndLoaded()
    {
        foreach (var (name, index) in Names.Select((name, index) => (name, index)))
        {
            folder.Write($"{name}/{name}.png", ImageFolders.Png(index, 0));
            folder.Write($"{name}/2.png", ImageFolders.Png(index, 1));
        }

        var images = ml.Data.LoadImageFolder(folder.Path);
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label").Append(TinyModel.Trainer(ml, TinyModel.Options with { Epochs = 1 }));
        using var model = pipeline.Fit(images);
        using var saved = new MemoryStream();
        ml.Model.Save(model, images.Schema, saved);
        var loaded = (TransformerChain<ITransformer>)ml.Model.Load(saved, out _);
        using var disposed = loaded;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(((ImageClassifierModel)loaded.Last()).ClassNames, Is.EquivalentTo(Names));
            Assert.That(TinyModel.Scores(loaded.Transform(images)), Has.Length.EqualTo(2 * Names.Length));
        }

        FaultsTried.Record(
            "Paths",
            "names with spaces, line breaks, emoji, composed and decomposed letters, dashes, percent signs or quotes",
            Names.Length,
            "listed, trained on, saved and loaded under these names"
        );
    }

    [Test]
    public void LoadImageFolder_NameThatIsNotUtf8_IsListedAndRefusedByTheDecoder()
    {
        folder.Write("cat/a.png", ImageFolders.Png(0, 0));
        HostilePathTests.Shell($"cp '{Inside("cat/a.png")}' \"$(printf '{Inside("cat/b\\377.png")}')\"");
        var listed = Load();
        Assert.That(listed, Has.Count.EqualTo(2));
        Assert.That(
            () => Decoded.Of(listed[1], new() { Size = 16 }),
            Throws.TypeOf<ImageException>().With.Message.Contains("does not exist")
        );
        Survived("an image folder with a name that is not UTF-8", "listed; the decoder refuses it with an ImageException");
    }

    [Test]
    public void LoadImageFolder_LinksToFilesAndClassFolders_AreFollowed()
    {
        folder.Write("elsewhere/a.png", [0]);
        folder.Write("photos/cat/b.png", [0]);
        Directory.CreateSymbolicLink(Inside("photos/dog"), Inside("elsewhere"));
        File.CreateSymbolicLink(Inside("photos/cat/c.png"), Inside("elsewhere/a.png"));
        File.CreateSymbolicLink(Inside("photos/cat/dangling.png"), Inside("gone.png"));
        Assert.That(
            Load("photos").Select(path => Path.GetRelativePath(Inside("photos"), path)),
            Is.EqualTo(new[] { "cat/b.png", "cat/c.png", "cat/dangling.png", "dog/a.png" })
        );
        Survived("an image folder with links to files and to class folders", "the links are followed");
    }

    [TestCase("photos/cat/loop", ".")]
    [TestCase("photos/cat/deep/loop", "../..")]
    [TestCase("photos/all", ".")]
    [TestCase("photos/cat/elsewhere", "/")]
    public void LoadImageFolder_LinkToAFolderWithinAClass_IsRefusedUnfollowed(string link, string target)
    {
        folder.Write("photos/cat/deep/a.png", [0]);
        Directory.CreateSymbolicLink(Inside(link), target);
        Directory.CreateSymbolicLink(Inside("photos/cat/deep/again"), "..");
        Assert.That(
            () => Load("photos"),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("is a link to the folder").And.Message.Contains("in a circle")
        );
        Survived("links to folders inside a class folder, in a circle or to elsewhere", "refused by name, not followed");
    }

    [Test]
    public void LoadImageFolder_HiddenLinkToAFolder_IsIgnored()
    {
        folder.Write("cat/a.png", [0]);
        Directory.CreateSymbolicLink(Inside("cat/.hidden"), "..");
        Assert.That(Load(), Has.Count.EqualTo(1));
    }

    [Test]
    public void LoadImageFolder_PathsOfMoreThan4096Bytes_AreRefused()
    {
        folder.Write("cat/a.png", [0]);
        HostilePathTests.Shell(
            $"cd '{Inside("cat")}' && for i in $(seq 25); do mkdir {new string('d', 200)} && cd -P {new string('d', 200)} || exit 1; done"
        );
        Assert.That(() => Load(), Throws.InstanceOf<IOException>().With.Message.Contains("ddd"));
        Survived("an image folder with paths of more than 4,096 bytes", "refused with an IOException");
    }

    [Test]
    public void LoadImageFolder_FolderThatMayNotBeListed_IsRefused()
    {
        Assume.That(Environment.UserName, Is.Not.EqualTo("root"), "root may list all folders");
        folder.Write("cat/closed/a.png", [0]);
        HostilePathTests.Shell($"chmod 000 '{Inside("cat/closed")}'");
        Assert.That(() => Load(), Throws.TypeOf<UnauthorizedAccessException>().With.Message.Contains("closed"));
        HostilePathTests.Shell($"chmod 700 '{Inside("cat/closed")}'");
    }

    // A file that is deleted after it was listed; a pipe, a device and broken links that were listed as images.
    [TestCase(BadImages.Refuse)]
    [TestCase(BadImages.Skip)]
    public void Fit_FilesThatVanishedOrAreNotRegular_AreRefusedOrSkipped(BadImages whatToDo)
    {
        ImageFolders.Write(folder, ("cat", 8), ("dog", 8));
        HostilePathTests.Shell($"mkfifo '{Inside("cat/pipe.png")}'");
        File.CreateSymbolicLink(Inside("cat/zero.png"), "/dev/zero");
        File.CreateSymbolicLink(Inside("dog/circle.png"), Inside("dog/circle.png"));
        File.CreateSymbolicLink(Inside("dog/dangling.png"), Inside("gone.png"));
        var images = ml.Data.LoadImageFolder(folder.Path);
        File.Delete(Inside("dog/000.png"));
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(images).Transform(images);

        ImageClassifierModel Fit() => TinyModel.Trainer(ml, TinyModel.Options with { Epochs = 1, BadImages = whatToDo }).Fit(keyed);
        if (whatToDo == BadImages.Refuse)
        {
            Assert.That(Fit, Throws.TypeOf<ImageException>().With.Message.Contains("pipe.png"));
        }
        else
        {
            using var model = Fit();
            Assert.That(
                model.SkippedImages.Select(problem => Path.GetFileName(problem.Origin)),
                Is.EqualTo(new[] { "pipe.png", "zero.png", "000.png", "circle.png", "dangling.png" })
            );
        }

        FaultsTried.Record(
            "Paths",
            "files deleted after they were listed; pipes, devices and broken links among the training images",
            5,
            "refused with an ImageException, or skipped and listed, depending on the options"
        );
    }

    private List<string> Load(string part = "") =>
        [
            .. ml
                .Data.CreateEnumerable<LabelledImageFile>(ml.Data.LoadImageFolder(Inside(part)), reuseRowObject: false)
                .Select(row => row.ImagePath),
        ];

    private string Inside(string name) => Path.Join(folder.Path, name);

    private static void Survived(string fault, string outcome) => FaultsTried.Record("Paths", fault, 1, outcome);
}
