using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Tests.Support.Fuzzing;
using MLNet.Procrustean.Training;
using MLNet.Procrustean.Training.Checkpoints;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Scoring;

/// <summary>Model files and checkpoints damaged at random, with and without a checksum that fits the damage.</summary>
public sealed class ModelFileFuzzTests
{
    private const string Read = "read";
    private const string Refused = "refused";
    private const long Allowance = 2 << 20; // the first part of whatever a file claims, and what a tiny network takes

    [TestCase(2_000, 1)]
    [Category(FaultsTried.Category)]
    public void Load_MutatedModel_LoadsOrRefuses(int inputs, int seed) => FuzzModels(inputs, seed);

    [TestCase(100_000, 2)]
    [Category(FaultsTried.LongCategory)]
    [Explicit("Minutes: run it after a change to how models are loaded.")]
    public void Load_MutatedModelOfMany_LoadsOrRefuses(int inputs, int seed) => FuzzModels(inputs, seed);

    [TestCase(500, 1)]
    [Category(FaultsTried.Category)]
    public void Resume_MutatedCheckpoint_ResumesOrRefuses(int inputs, int seed) => FuzzCheckpoints(inputs, seed);

    [TestCase(20_000, 2)]
    [Category(FaultsTried.LongCategory)]
    [Explicit("Minutes: run it after a change to checkpoints.")]
    public void Resume_MutatedCheckpointOfMany_ResumesOrRefuses(int inputs, int seed) => FuzzCheckpoints(inputs, seed);

    private static void FuzzModels(int inputs, int seed)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        TinyModel.Shared.Classifier.SaveSafeTensors(path);
        var mutations = new ModelFileMutations(File.ReadAllBytes(path));
        var bombardment = new Bombardment(seed);
        LoadOrRefuse(File.ReadAllBytes(path)); // creates what is created once per process
        var before = Environment.WorkingSet;

        bombardment.Run(inputs, mutations.Of, LoadOrRefuse, file => Allowance + (3 * file.LongLength));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(bombardment.Of(Read), Is.GreaterThan(inputs / 100), "some changes do no harm");
            Assert.That(bombardment.Of(Refused), Is.GreaterThan(inputs / 2));
            Assert.That(Environment.WorkingSet - before, Is.LessThan(300 << 20), "native memory of networks that were refused");
        }

        FaultsTried.Record(
            "Model files",
            "bytes, lengths, header and weights changed at random, most with a valid checksum",
            inputs,
            "refused with an InvalidDataException, or loaded and scores; no crash, no hang, memory in proportion to the file"
        );
    }

    private static string LoadOrRefuse(byte[] file)
    {
        try
        {
            using var model = ImageClassifierModel.Read(new MemoryStream(file), CPU);
            Assert.That(model.GetOutputSchema(SchemaWith(model.Columns.Image)), Has.Count.GreaterThanOrEqualTo(3));
            return Read;
        }
        catch (InvalidDataException)
        {
            return Refused;
        }
    }

    private static DataViewSchema SchemaWith(string column)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(column, Microsoft.ML.Data.TextDataViewType.Instance);
        return builder.ToSchema();
    }

    private static void FuzzCheckpoints(int inputs, int seed)
    {
        using var training = new CheckpointedTraining();
        training.Cancel(step: 7);
        var whole = File.ReadAllBytes(training.Files[^1]);
        var options = training.Options;
        var bombardment = new Bombardment(seed);
        ResumeOrRefuse(whole, options);

        bombardment.Run(
            inputs,
            new ModelFileMutations(whole).Of,
            file => ResumeOrRefuse(file, options),
            file => Allowance + (5 * file.LongLength)
        );

        using (Assert.EnterMultipleScope())
        {
            Assert.That(bombardment.Of(Read), Is.GreaterThan(inputs / 100), "some changes do no harm");
            Assert.That(bombardment.Of(Refused), Is.GreaterThan(inputs / 3));
        }

        FaultsTried.Record(
            "Checkpoints",
            "bytes, lengths, header and weights changed at random, most with a valid checksum",
            inputs,
            "refused with an InvalidDataException (the training resumes from the one before), or resumed; no crash, no hang"
        );
    }

    private static string ResumeOrRefuse(byte[] file, ImageClassifierOptions options)
    {
        try
        {
            var (moment, arrays) = Checkpoint.Read(new MemoryStream(file));
            using var network = options.Backbone.Build(options.Channels, classes: 2, seed: 1, ClassifierHead.Linear);
            using var state = new TrainingState(network, options);
            StateArrays.Restore(arrays, state, options.Backbone.Name, moment.BestAccuracy);
            state.Restore(moment, ReportArrays.Restore(arrays, moment.Reports, ["red", "green"]), classes: 2, CPU);
            return Read;
        }
        catch (InvalidDataException)
        {
            return Refused;
        }
        catch (NotSupportedException later) when (later.Message.Contains("format version", StringComparison.Ordinal))
        {
            return "of a later version";
        }
    }
}
