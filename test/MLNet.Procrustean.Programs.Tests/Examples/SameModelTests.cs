using System.Globalization;
using MLNet.Procrustean.Programs.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>What may differ between two runs without a bit of the model differing.</summary>
public sealed class SameModelTests
{
    /// <summary>
    /// File systems list files in an order of their own: that of tmpfs is the reverse of the order in which they were written.
    /// </summary>
    [Test]
    [Category(FaultsTried.Category)]
    public void TrainFolder_FilesListedInAnotherOrderAndOtherDecodingThreads_SavesTheSameModel()
    {
        const string memory = "/dev/shm";
        if (!Directory.Exists(memory))
        {
            Assert.Ignore($"It takes a file system in memory: there is no {memory}.");
        }

        using var folder = new TemporaryFolder(memory);
        string[] names =
        [
            .. Enumerable
                .Range(0, 40)
                .Select(number => $"{(number < 26 ? "cat" : number < 36 ? "dog" : "owl")}/{number:000}.png"),
        ];
        Write(folder, "forward", names);
        Write(folder, "backward", [.. names.Reverse()]);
        if (Listed(folder, "forward").SequenceEqual(Listed(folder, "backward")))
        {
            Assert.Ignore($"{memory} lists files in the same order however they were written.");
        }

        var weights = Train(folder, "forward", processors: 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Train(folder, "forward", processors: 7), Is.EqualTo(weights));
            Assert.That(Train(folder, "backward", processors: 2), Is.EqualTo(weights));
        }

        FaultsTried.Record(
            "Training",
            "files listed in another order, and decoded by 1, 2 and 7 threads",
            3,
            "the same model, bit for bit"
        );
    }

    private static void Write(TemporaryFolder folder, string photos, string[] names)
    {
        foreach (var name in names)
        {
            folder.Write($"{photos}/{name}", ImageFolders.Png(name[0], int.Parse(name.AsSpan(4, 3), CultureInfo.InvariantCulture)));
        }
    }

    private static string[] Listed(TemporaryFolder folder, string photos)
    {
        var root = Path.Combine(folder.Path, photos);
        return [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(root, file))];
    }

    private static byte[] Train(TemporaryFolder folder, string photos, int processors)
    {
        var model = Path.Combine(folder.Path, $"{photos}-{processors}.zip");
        var run = ChildProcess.Dotnet(
            [
                .. ExampleProgram.Training("TrainFolder", Path.Combine(folder.Path, photos), epochs: 2),
                "--model",
                model,
                "--batch-size",
                "8",
            ],
            variables: new() { ["DOTNET_PROCESSOR_COUNT"] = $"{processors}" }
        );
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        return SavedWeights.Of(model);
    }
}
