using System.Text.Json;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Examples;

/// <summary>The strategies that TrainFolder reads from its command line.</summary>
public sealed class TrainFolderTests
{
    [TestCase("mfd", "There is no strategy 'mfd'")]
    [TestCase("la(strength=1)", "The strategy la has no parameter 'strength'; it has tau.")]
    [TestCase("vs(tau=1,tau=2)", "The parameter tau of vs is given twice")]
    [TestCase("cdt(gamma=much)", "The parameter gamma is 'much'; it must be a number")]
    [TestCase("cb(beta=1)", "from 0 to 0.999999")]
    [TestCase("la+mfw", "write mfw first")]
    [TestCase("mfw(stage=7)", "before stage 7")]
    [TestCase("plain then cb from 9", "in epoch 9")]
    public void Strategy_Wrong_SaysWhatIsWrongAndTrainsNothing(string strategy, string message)
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 2), ("dog", 2));
        var run = TrainFolder(folder, strategy);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.Errors, Does.Contain(message));
            Assert.That(run.Output, Does.Not.Contain("epoch"));
        }
    }

    [Test]
    public void Strategy_MixingWithAnotherLossThenDeferredWeights_TrainsAndReportsIt()
    {
        const string strategy = "mfw(lambda=0.9,stage=any)+la(tau=0.5) then mfw+cb(beta=0.99) from 2";
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 20), ("dog", 10), ("owl", 5));
        var json = Path.Combine(folder.Path, "results.json");

        var run = TrainFolder(folder, strategy, "--json", json);

        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        using var results = JsonDocument.Parse(File.ReadAllText(json));
        Assert.That(results.RootElement.GetProperty("strategy").GetString(), Is.EqualTo(strategy));
        Assert.That(run.Output, Does.Contain("epoch   2/2"));
    }

    private static ChildProcess TrainFolder(TemporaryFolder folder, string strategy, params string[] more) => ChildProcess.Dotnet(
        [Path.Combine(ChildProcess.FolderOfExample("TrainFolder"), "TrainFolder.dll"), "--train", folder.Path, "--backbone", "cifar-resnet-8-w4", "--size", "16", "--epochs", "2", "--strategy", strategy, .. more]);
}
