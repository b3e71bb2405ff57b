using System.Text.RegularExpressions;
using MLNet.Procrustean.Programs.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Mpi;

/// <summary>TrainFolder as several processes, which share the parts of each mini-batch.</summary>
[TestFixtureSource(nameof(Launchers))]
internal sealed class SharedTrainFolderTests(MpiLauncher launcher)
{
    private static readonly MpiLauncher[] Launchers = [MpiLauncher.OpenMpi, MpiLauncher.Mpich];
    private readonly TemporaryFolder folder = new();

    [OneTimeSetUp]
    public void WriteImages()
    {
        launcher.SkipIfMissing();
        ImageFolders.Write(folder, ("photos/cat", 40), ("photos/dog", 20), ("photos/owl", 10));
    }

    [OneTimeTearDown]
    public void DeleteImages() => folder.Dispose();

    [TestCase("recommended", 2, 4)] // each kind of strategy is shared within one process by SharedTrainingTests
    [TestCase("sampling --calibration-fraction 0.25", 2)]
    public void Run_SeveralProcesses_SaveTheModelOfOne(string strategy, params int[] processes)
    {
        string[] arguments = ["--batch-parts", "4", "--strategy", .. strategy.Split(' ')];
        var alone = Alone(arguments);
        foreach (var count in processes)
        {
            Assert.That(Shared(count, arguments), Is.EqualTo(alone), $"{count} processes");
        }
    }

    [Test]
    public void Run_InBFloat16WithClipping_SavesTheSameModel()
    {
        if (!MLNet.Procrustean.Interop.ProcessorFeatures.HasBFloat16)
        {
            Assert.Ignore("This processor has no instructions for bfloat16.");
        }

        string[] arguments = ["--precision", "bf16", "--max-gradient-norm", "1", "--batch-parts", "2"];
        Assert.That(Shared(2, arguments), Is.EqualTo(Alone(arguments)));
    }

    [Test]
    public void Run_PartsNotGiven_AreAsManyAsProcesses()
    {
        var alone = Alone(["--batch-parts", "2"]);
        Assert.That(Shared(2, []), Is.EqualTo(alone));
        Assert.That(alone, Is.Not.EqualTo(Alone([])), "parts change the training");
    }

    [Test]
    public void Run_TwoProcesses_PrintEachLineOnce()
    {
        var run = launcher.Run(2, Arguments("once.zip", []));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.Zero, run.Errors);
            Assert.That(Regex.Count(run.Output, "epoch +1/2"), Is.EqualTo(1));
            Assert.That(Regex.Count(run.Output, "macro accuracy"), Is.EqualTo(1));
            Assert.That(run.Output, Does.Not.Contain('\e'), "characters that control a terminal");
        }
    }

    [Test]
    public void Run_MissingFolder_IsToldOnce()
    {
        string[] arguments = [.. Arguments("missing.zip", [])];
        arguments[Array.IndexOf(arguments, "--train") + 1] += "-missing";
        var run = launcher.Run(3, arguments);
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Errors);
        Assert.That(Regex.Count(run.Output + run.Errors, "does not exist"), Is.EqualTo(1));
    }

    [Test]
    public void Run_PartsThatProcessesCannotShare_IsToldOnce()
    {
        var run = launcher.Run(2, Arguments("odd.zip", ["--batch-parts", "3"]));
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Errors);
        Assert.That(Regex.Count(run.Output + run.Errors, "BatchParts is 3"), Is.EqualTo(1), run.Errors);
    }

    [Test]
    public void Run_ImageThatCannotBeRead_IsToldOnce()
    {
        using var bad = new TemporaryFolder();
        ImageFolders.Write(bad, ("photos/cat", 12), ("photos/dog", 8));
        bad.Write("photos/cat/000.png", [1, 2, 3]);
        string[] arguments = [.. Arguments("bad.zip", [])];
        arguments[Array.IndexOf(arguments, "--train") + 1] = Path.Combine(bad.Path, "photos");
        var run = launcher.Run(2, [.. arguments, "--test-fraction", "0.1"]);
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Errors);
        Assert.That(Regex.Count(run.Output + run.Errors, "000.png"), Is.EqualTo(1), run.Output + run.Errors);
    }

    [Test]
    [Explicit("Makes two network namespaces, which only root can.")]
    public void Run_OnTwoHosts_SavesTheSameModelOverTheNetwork()
    {
        var alone = Alone(["--batch-parts", "2"]);
        using var hosts = new TwoHosts();
        var before = TwoHosts.SentBytes();

        var run = hosts.Run(launcher, Arguments("hosts.zip", ["--batch-parts", "2"]));

        var sent = TwoHosts.SentBytes() - before;
        TestContext.Out.WriteLine($"{launcher}: {sent} bytes");
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        Assert.That(SavedWeights.Of(InFolder("hosts.zip")), Is.EqualTo(alone));
        Assert.That(sent, Is.GreaterThan(alone.Length), "the gradients of several steps");
    }

    private byte[] Alone(string[] more)
    {
        var run = ChildProcess.Dotnet(Arguments("alone.zip", more), variables: MpiLauncher.Variables);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        return SavedWeights.Of(InFolder("alone.zip"));
    }

    private byte[] Shared(int processes, string[] more)
    {
        var run = launcher.Run(processes, Arguments($"{processes}.zip", more));
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        return SavedWeights.Of(InFolder($"{processes}.zip"));
    }

    private string[] Arguments(string model, string[] more) =>
        [
            .. ExampleProgram.Training("TrainFolder", InFolder("photos"), epochs: 2),
            "--batch-size",
            "16",
            "--model",
            InFolder(model),
            .. more,
        ];

    private string InFolder(string name) => Path.Combine(folder.Path, name);
}
