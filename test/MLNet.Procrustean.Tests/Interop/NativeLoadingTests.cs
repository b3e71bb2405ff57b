using System.Security.Cryptography;
using MLNet.Procrustean.Interop;
using MLNet.Procrustean.Tests.Scoring;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Interop;

/// <summary>A changed copy of the native library is loaded only where it does not load by itself; no copy is left behind.</summary>
[Platform("Linux")]
public sealed class NativeLoadingTests
{
    private const string Library = "libLibTorchSharp.so";
    private TemporaryFolder folder = null!;
    private string model = null!;

    [OneTimeSetUp]
    public void SaveAModel()
    {
        folder = new();
        model = TinyModel.Shared.Save(folder.Path);
    }

    [OneTimeTearDown]
    public void RemoveTheFolder() => folder.Dispose();

    [Test]
    public void Loading_InAFreshProcess_LeavesAllFoldersAsTheyWere()
    {
        var program = SavedModelTests.PredictFolder;
        var before = Contents(program);
        using var temporary = new TemporaryFolder();

        var process = SavedModelTests.Predict(model, [TinyModel.Shared.Paths[0]], new() { ["TMPDIR"] = temporary.Path });

        Assert.That(process.ExitCode, Is.Zero, process.Errors);
        Assert.That(Directory.EnumerateFileSystemEntries(temporary.Path, "procrustean*"), Is.Empty);
        Assert.That(Contents(program), Is.EqualTo(before));
    }

    [Test]
    public void Loading_WhereTheLibraryLoadsByItself_TakesNoHelp()
    {
        var program = SavedModelTests.PredictFolder;
        using var copy = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(program))
        {
            var target = Path.Combine(copy.Path, Path.GetFileName(file));
            if (Path.GetFileName(file).Contains(".so", StringComparison.Ordinal))
            {
                File.CreateSymbolicLink(target, file); // libtorch is half a gigabyte
            }
            else
            {
                File.Copy(file, target);
            }
        }

        var image = File.ReadAllBytes(Path.Combine(program, Library));
        Assert.That(ElfSymbolVersions.TryWeaken(image, "GLIBCXX_3.4.32"), Is.True);
        File.Delete(Path.Combine(copy.Path, Library));
        File.WriteAllBytes(Path.Combine(copy.Path, Library), image);
        string[] paths = [TinyModel.Shared.Paths[0]];

        var process = ChildProcess.Dotnet(
            [Path.Combine(copy.Path, "MLNet.Procrustean.PredictWithLibTorch.dll"), model, .. paths],
            variables: new() { ["LD_DEBUG"] = "files" }
        );

        Assert.That(process.Output.TrimEnd(), Is.EqualTo(SavedModelTests.ExpectedLines(paths)[0]), "it scores");
        var loaded = process
            .Errors.Split('\n')
            .Where(line => line.Contains("calling init: ", StringComparison.Ordinal) && line.EndsWith(Library, StringComparison.Ordinal));
        Assert.That(
            loaded.Select(line => line.Split("calling init: ")[1]),
            Is.EqualTo(new[] { Path.Combine(copy.Path, Library) }),
            "what the system's loader says that it loaded"
        );
    }

    [Test]
    public void LoadWeakened_LibraryThatAsksForNoSuchVersion_IsLeftAlone() =>
        Assert.That(NativeCompatibility.LoadWeakened(Path.Combine(AppContext.BaseDirectory, "libSkiaSharp.so")), Is.EqualTo(IntPtr.Zero));

    private static string[] Contents(string program) =>
        [
            .. Directory
                .EnumerateFileSystemEntries(program, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Append(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(program, Library))))),
        ];
}
