using System.Text.Json;
using System.Text.Json.Nodes;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>The strategies that TrainFolder reads from its command line.</summary>
public sealed class TrainFolderTests
{
    [TestCase("mfd", "There is no strategy 'mfd'")]
    [TestCase("la(strength=1)", "The strategy la has no parameter 'strength'; it has tau.")]
    [TestCase("vs(tau=1,tau=2)", "The parameter tau of vs is given twice")]
    [TestCase("cdt(gamma=much)", "The parameter gamma is 'much'; it must be a number")]
    [TestCase("cb(beta=1)", "from 0 to 0.999999")]
    [TestCase("adversarial(epsilon=300)", "Epsilon is 300; it must be from 0 to 255.")]
    [TestCase("dqn(gamma=2)", "Gamma is 2; it must be from 0 to 1.")]
    [TestCase("dqn(rho=some)", "The parameter rho is 'some'; it must be a number with a decimal point or by-counts.")]
    [TestCase("dqn(minor=dog/owl)", "names 'owl', which is not a class")]
    [TestCase("dqn+la", "Q-learning has its own loss")]
    [TestCase("plain then dqn from 2", "Q-learning cannot begin or end within a training")]
    [TestCase("la+vs", "decide about the loss")]
    [TestCase("la*cb", "only cb can stand before *")]
    [TestCase("plain then ldam from 2", "asks for the head Cosine, and for Linear in epoch 1")]
    [TestCase("mfw+mixup", "decide about the mixing")]
    [TestCase("mfw(depth=7)", "before stage 7")]
    [TestCase("plain then cb from 9", "in epoch 9")]
    public void Strategy_Wrong_SaysWhatIsWrongAndTrainsNothing(string strategy, string message) => AssertRefused(message, strategy);

    [TestCase("crop+spin", "There is no augmentation 'spin'")]
    [TestCase("jitter(hue=1)", "The augmentation jitter has no parameter 'hue'; it has brightness, contrast, saturation.")]
    [TestCase("crop+photos", "Both CropPadding, which is 4, and ResizedCrop crop the images")]
    public void Augmentation_Wrong_SaysWhatIsWrongAndTrainsNothing(string augmentation, string message) =>
        AssertRefused(message, "plain", "--augmentation", augmentation);

    [Test]
    public void Augmentation_OfSeveralParts_IsThatOfTheReport()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 8), ("dog", 4));
        var report = Path.Combine(folder.Path, "report.html");
        const string parts = "flip + resized-crop(min-area=0.5,size=24) + jitter(contrast=0.4) + trivial";
        var run = TrainFolder(folder, "plain", "--report", report, "--augmentation", parts);
        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        Assert.That(
            File.ReadAllText(report),
            Does.Contain("HorizontalFlip = True, ResizedCrop = RandomResizedCrop { MinArea = 0.5,")
                .And.Contain("Size = 24 }, ColorJitter = ColorJitter { Brightness = 0.2, Contrast = 0.4,")
                .And.Contain("TrivialAugment = True }")
        );
    }

    [TestCase("tau-norm(tau=2)", "The parameter tau of tau-norm is out of range: it must be from 0 to 1")]
    [TestCase("la(beta=2)", "The correction la has no parameter 'beta'; it has tau")]
    [TestCase("ternary(layers=first)", "The parameter layers is 'first'; it must be one of last, last-stage, all")]
    [TestCase("ternary(batch-size=0)", "BatchSize is 0; it must be at least 1")]
    [TestCase("norm", "There is no correction 'norm'")]
    public void Correction_Wrong_SaysWhatIsWrongAndTrainsNothing(string correction, string message) =>
        AssertRefused(message, "plain", "--correction", correction);

    [Test]
    public void Report_OneRun_ShowsItsDiagnostics()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 20), ("dog", 10), ("owl", 5));
        var report = Path.Combine(folder.Path, "report.html");

        var cache = Path.Combine(folder.Path, "images.cache");
        var run = TrainFolder(folder, "mfw", "--report", report, "--cache-path", cache, "--precision", "fp32", "--whitened-stem", "true");

        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        Assert.That(new FileInfo(cache).Length, Is.GreaterThan(28 * 16 * 16 * 3), "four fifths of 35 images");
        Assert.That(
            File.ReadAllText(report),
            Does.Contain("Leakage").And.Contain("Feature deviation").And.Contain("Classifier cosines").And.Contain("whitened")
        );
    }

    [Test]
    public void Attack_OfTheTestImages_IsPrintedWrittenAndReported()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 20), ("dog", 10));
        var (report, json) = (Path.Combine(folder.Path, "report.html"), Path.Combine(folder.Path, "results.json"));

        var run = TrainFolder(folder, "plain", "--attack", "128", "--report", report, "--json", json);

        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        var results = JsonNode.Parse(File.ReadAllText(json))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Output, Does.Contain("confidence    ECE").And.Contain("recall  attacked"));
            Assert.That((double)results["attackedMacroAccuracy"]!, Is.LessThanOrEqualTo((double)results["macroAccuracy"]!));
            Assert.That((double)results["expectedCalibrationError"]!, Is.InRange(0, 1));
            Assert.That(File.ReadAllText(report), Does.Contain("id=\"robustness\"").And.Contain("id=\"calibration\""));
        }
    }

    [Test]
    public void Attack_OutOfRange_SaysWhatIsWrongAndTrainsNothing() => AssertRefused("Epsilon is 300", "plain", "--attack", "300");

    [Test]
    public void Model_TestImageThatCannotBeRead_IsSavedAllTheSame()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("train/cat", 6), ("train/dog", 3), ("test/cat", 2), ("test/dog", 2));
        File.WriteAllText(Path.Combine(folder.Path, "test", "dog", "001.png"), "no image");
        var model = Path.Combine(folder.Path, "new", "model.zip");

        var run = ChildProcess.Dotnet([
            .. ExampleProgram.Training("TrainFolder", Path.Combine(folder.Path, "train"), epochs: 1),
            "--test",
            Path.Combine(folder.Path, "test"),
            "--model",
            model,
        ]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.Errors, Does.Contain("001.png"));
            Assert.That(new FileInfo(model).Length, Is.GreaterThan(10_000));
        }
    }

    [Test]
    public void Test_ClassThatTrainingLacks_IsRefusedBeforeTraining()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("train/cat", 2), ("train/dog", 2), ("test/cat", 2), ("test/elk", 2));
        folder.Write("train/cat/phone.HEIC", [0]);

        var run = ChildProcess.Dotnet([
            .. ExampleProgram.Training("TrainFolder", Path.Combine(folder.Path, "train"), epochs: 1),
            "--test",
            Path.Combine(folder.Path, "test"),
        ]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.Errors, Does.Contain("has class folders that").And.Contain("lacks: elk.").And.Not.Contain("   at "));
            Assert.That(run.Errors, Does.Contain("Left out 1 file whose name ends in .heic"));
            Assert.That(run.Output, Does.Not.Contain("epoch"));
        }
    }

    [Test]
    [Category(FaultsTried.Category)]
    public void Model_DiskFull_LeavesTheEarlierOneAndIsSavedByTheSameCommandLater()
    {
        using var disk = new SmallDisk();
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("photos/cat", 8), ("photos/dog", 5));
        var (model, results, checkpoints) = (
            Path.Combine(disk.Path, "model.zip"),
            Path.Combine(disk.Path, "results.json"),
            Path.Combine(folder.Path, "checkpoints")
        );
        File.WriteAllText(model, "earlier");
        File.WriteAllText(results, "earlier results");
        disk.Fill();
        ChildProcess Run(string photos) =>
            ChildProcess.Dotnet([
                .. ExampleProgram.Training("TrainFolder", photos, epochs: 2),
                "--strategy",
                "plain",
                "--model",
                model,
                "--json",
                results,
                "--checkpoint-path",
                checkpoints,
            ]);

        var full = Run(Path.Combine(folder.Path, "photos"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(full.ExitCode, Is.EqualTo(1));
            Assert.That(
                full.Errors,
                Does.Contain($"The model '{model}' cannot be written: No space left on device").And.Contain("The same command saves it")
            );
            Assert.That(File.ReadAllText(model), Is.EqualTo("earlier"));
            Assert.That(Directory.GetFiles(disk.Path), Has.Length.EqualTo(3));
        }

        disk.MakeRoom();
        var later = Run(Path.Combine(folder.Path, "photos"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(later.ExitCode, Is.Zero, later.Errors);
            Assert.That(later.Output, Does.Not.Contain("epoch"));
            Assert.That(new FileInfo(model).Length, Is.GreaterThan(10_000));
            Assert.That(File.ReadAllText(results), Does.Contain("macroAccuracy"));
            Assert.That(Directory.GetFiles(disk.Path), Has.Length.EqualTo(2));
        }

        FaultsTried.Record(
            "Training",
            "disk of the model full when the training is over",
            1,
            "says so, the earlier model as it was; the same command saves the model without training again"
        );
    }

    [Test]
    public void Report_NotHtml_IsRefusedBeforeTraining()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 4), ("dog", 2));
        var run = TrainFolder(folder, "mfw", "--report", "report.txt");
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Errors, Does.Contain("let it end in .html"));
        Assert.That(run.Output, Does.Not.Contain("epoch"));
    }

    [TestCase("ldam then cb(beta=0.99)*ldam(max-margin=0.4) from 2", "none")]
    [TestCase("remix(alpha=0.5,kappa=2,tau=0.4)+cb*focal(gamma=0.5)", "la(tau=0.5)")]
    [TestCase("mixup(alpha=0.4,depth=any)+sampling(q=0.5)", "tau-norm")]
    [TestCase("la", "ternary(layers=last,objective=g-mean,batch-size=8,redraw=never)")]
    public void Strategy_EveryOther_TrainsAndReportsIt(string strategy, string correction)
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 12), ("dog", 6));
        var json = Path.Combine(folder.Path, "results.json");

        var run = TrainFolder(folder, strategy, "--correction", correction, "--json", json);

        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        using var results = JsonDocument.Parse(File.ReadAllText(json));
        Assert.That(results.RootElement.GetProperty("strategy").GetString(), Is.EqualTo(strategy));
        Assert.That(results.RootElement.GetProperty("correction").GetString(), Is.EqualTo(correction));
        Assert.That(
            run.Errors.Contains("ternary weights: ", StringComparison.Ordinal),
            Is.EqualTo(correction.StartsWith("ternary", StringComparison.Ordinal))
        );
    }

    [Test]
    public void Strategy_DeepQLearningWithAdam_TrainsAndReportsIt()
    {
        const string strategy = "dqn(rho=0.5,minor=dog/owl,gamma=0.2,target-interval=3,double=true)+sampling(q=0.5)";
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 20), ("dog", 10), ("owl", 5));
        var json = Path.Combine(folder.Path, "results.json");

        var run = TrainFolder(folder, strategy, "--optimizer", "adam", "--json", json);

        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        using var results = JsonDocument.Parse(File.ReadAllText(json));
        Assert.That(results.RootElement.GetProperty("strategy").GetString(), Is.EqualTo(strategy));
        Assert.That(run.Output, Does.Contain("epoch   2/2"));
    }

    [Test]
    public void Strategy_MixingWithAnotherLossThenDeferredWeights_TrainsAndReportsIt()
    {
        const string strategy = "mfw(min-lambda=0.9,depth=any)+la(tau=0.5) then mfw+cb(beta=0.99) from 2";
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 20), ("dog", 10), ("owl", 5));
        var json = Path.Combine(folder.Path, "results.json");

        var run = TrainFolder(folder, strategy, "--json", json);

        Assert.That(run.ExitCode, Is.Zero, run.Errors);
        using var results = JsonDocument.Parse(File.ReadAllText(json));
        Assert.That(results.RootElement.GetProperty("strategy").GetString(), Is.EqualTo(strategy));
        Assert.That(run.Output, Does.Contain("epoch   2/2"));
    }

    private static void AssertRefused(string message, string strategy, params string[] more)
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("cat", 4), ("dog", 2));
        var run = TrainFolder(folder, strategy, more);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.Errors, Does.Contain(message));
            Assert.That(run.Output, Does.Not.Contain("epoch"));
        }
    }

    private static ChildProcess TrainFolder(TemporaryFolder folder, string strategy, params string[] more) =>
        ChildProcess.Dotnet([.. ExampleProgram.Training("TrainFolder", folder.Path, epochs: 2), "--strategy", strategy, .. more]);
}
