using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Training.Checkpoints;

/// <summary>Checkpoint files: complete or unchanged, whatever happens to the disk and to the files.</summary>
public sealed class CheckpointFolderTests
{
    private CheckpointedTraining training = null!;

    [SetUp]
    public void TakeAFolder() => training = new();

    [TearDown]
    public void RemoveTheFolder() => training.Dispose();

    [Test]
    public void Write_Many_KeepsTheLastTwo()
    {
        training.Fail(step: 7, training.Options with { CheckpointInterval = TimeSpan.Zero });
        Assert.That(
            training.Contents().Keys.Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "checkpoint-00000005.safetensors", "checkpoint-00000006.safetensors" })
        );

        training.Cancel(step: 1);
        Assert.That(
            training.Files.Select(Path.GetFileName),
            Is.EqualTo(new[] { "checkpoint-00000006.safetensors", "checkpoint-00000007.safetensors" })
        );
    }

    [TestCase(0.0)]
    [TestCase(0.001)]
    [TestCase(0.5)]
    [TestCase(0.9999)]
    public void Fit_NewestCutShort_ResumesFromTheOneBeforeWithAWarning(double where) =>
        AssertFallsBack(bytes => bytes[..(int)(bytes.Length * where)]);

    [TestCase(0.0)]
    [TestCase(0.05)]
    [TestCase(0.3)]
    [TestCase(0.9999)]
    public void Fit_NewestWithAByteChanged_ResumesFromTheOneBeforeWithAWarning(double where) =>
        AssertFallsBack(bytes =>
        {
            bytes[(int)(bytes.Length * where)] ^= 0x10;
            return bytes;
        });

    [Test]
    public void Fit_BothDamaged_StartsOverWithWarnings()
    {
        training.Fail(step: 8, training.Options with { CheckpointInterval = TimeSpan.Zero });
        Array.ForEach(training.Files, path => File.WriteAllText(path, "damaged"));
        var steps = 0;

        training.Fail(step: 6, training.Options); // after the first epoch, whose checkpoint is the newest
        training.Fit(training.Options, inStep: _ => steps++).Dispose();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(training.Warnings.Count(), Is.EqualTo(2));
            Assert.That(steps, Is.EqualTo(CheckpointedTraining.Steps - CheckpointedTraining.StepsOfEpoch));
        }
    }

    [Test]
    public void Fit_OtherFilesInTheFolder_StayWhateverTheirNames()
    {
        training.Fail(step: 4, training.Options with { CheckpointInterval = TimeSpan.Zero });
        string[] own = ["checkpoint-best.safetensors", "checkpoint-00000002-copy.safetensors", "checkpoint-123.safetensors", "notes.txt"];
        Array.ForEach(own, name => File.WriteAllText(Path.Combine(training.Path, name), "the user's own"));

        training.Fit(training.Options).Dispose();

        Assert.That(training.Contents().Keys.Select(Path.GetFileName), Is.EquivalentTo(own.Append("finished.safetensors")));
    }

    // A virus scanner or a backup has it open: the training must not start over and replace it.
    [Test]
    public void Fit_NewestCannotBeOpened_IsRefusedAndAllStays()
    {
        training.Cancel(step: 7);
        var before = training.Contents();
        using (File.Open(training.Files[^1], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.That(
                () => training.Fit(training.Options),
                Throws.TypeOf<IOException>().With.Message.Contains(training.Files[^1]).And.Message.Contains("cannot be opened")
            );
        }

        Assert.That(training.Contents(), Is.EqualTo(before));
    }

    // The process was killed while it wrote, or while it deleted what is no longer needed.
    [Test]
    public void Fit_LeftoversOfAKilledProcess_ResumesFromTheNewest()
    {
        training.Fail(step: 4, training.Options with { CheckpointInterval = TimeSpan.Zero });
        File.WriteAllText(Path.Combine(training.Path, $"checkpoint-00000004.safetensors.{Guid.NewGuid():N}.tmp"), "half a checkpo");
        File.WriteAllText(Path.Combine(training.Path, "in-use.lock"), "");
        File.Copy(training.Files[0], Path.Combine(training.Path, "checkpoint-00000001.safetensors"));
        var steps = 0;

        training.Fit(training.Options, inStep: _ => steps++).Dispose();

        Assert.That(steps, Is.EqualTo(CheckpointedTraining.Steps - 3));
        Assert.That(training.Contents().Keys.Select(Path.GetFileName), Is.EqualTo(new[] { "finished.safetensors" }));
    }

    [Test]
    public void Fit_CheckpointOfALaterLibrary_IsRefusedAndStays()
    {
        training.Cancel(step: 3);
        var (texts, arrays) = SafeTensors.Read(new MemoryStream(File.ReadAllBytes(training.Files[^1])));
        texts["format_version"] = "4";
        texts["sha256"] = ModelFile.Checksum(texts, arrays);
        using (var file = File.Create(training.Files[^1]))
        {
            SafeTensors.Write(file, texts, arrays);
        }

        var before = training.Contents();
        Assert.That(
            () => training.Fit(training.Options),
            Throws
                .InstanceOf<IOException>()
                .With.Message.Contains(training.Files[^1])
                .And.Message.Contains("version 4")
                .And.Message.Contains("Update MLNet.Procrustean")
        );
        Assert.That(training.Contents(), Is.EqualTo(before));
    }

    [Test]
    public void Fit_FolderThatCannotBeMade_IsRefusedBeforeTraining()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Write("file", []), "inside a file");
        var steps = 0;
        Assert.That(
            () => training.Fit(training.Options with { CheckpointPath = path }, inStep: _ => steps++),
            Throws.InstanceOf<IOException>().With.Message.Contains($"The checkpoint folder '{path}' cannot be used")
        );
        Assert.That(steps, Is.Zero);
    }

    [Test]
    public void Fit_FolderThatAnotherTrainingUses_IsRefused()
    {
        Exception? problem = null;
        using var other = new CheckpointedTraining();
        training
            .Fit(training.Options, inStep: step =>
            {
                if (step == 2)
                {
                    problem = Assert.Catch(() => other.Fit(other.Options with { CheckpointPath = training.Path }));
                }
            })
            .Dispose();
        Assert.That(
            problem,
            Is.InstanceOf<IOException>().With.Message.Contains(training.Path).And.Message.Contains("that no other training uses")
        );
    }

    // The folder is deleted with its contents while a training uses it.
    [Test]
    public void Fit_FolderVanishesOnTheWay_TrainsToTheEndWithWarnings()
    {
        var expected = training.Uninterrupted();
        var result = training.Result(training.Fit(training.Options, inStep: step =>
            {
                if (step == 7)
                {
                    training.DeleteCheckpoints();
                }
            }));
        Assert.That(result.Weights, Is.EqualTo(expected.Weights));
        Assert.That(
            training.Warnings,
            Has.Exactly(3).Contains("cannot be written").And.Some.Contains("The training is over and gives its model")
        );
    }

    private void AssertFallsBack(Func<byte[], byte[]> damage)
    {
        training.Fail(step: 8, training.Options with { CheckpointInterval = TimeSpan.Zero }); // checkpoints after steps 6 and 7
        var newest = training.Files[^1];
        File.WriteAllBytes(newest, damage(File.ReadAllBytes(newest)));
        var steps = 0;

        training.Fit(training.Options, inStep: _ => steps++).Dispose();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(steps, Is.EqualTo(CheckpointedTraining.Steps - 6));
            Assert.That(
                training.Warnings.Single(),
                Does.Contain(newest).And.Contain("cannot be read, and the one before it is taken instead")
            );
        }
    }
}
