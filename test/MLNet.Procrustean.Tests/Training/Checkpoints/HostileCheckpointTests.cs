using System.Text.Json.Nodes;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training.Checkpoints;

namespace MLNet.Procrustean.Tests.Training.Checkpoints;

/// <summary>Forged checkpoints, each with a checksum that fits.</summary>
[Category(FaultsTried.Category)]
public sealed class HostileCheckpointTests
{
    private CheckpointedTraining training = null!;
    private byte[] whole = null!;

    [SetUp]
    public void CancelATraining()
    {
        training = new();
        training.Cancel(step: 7);
        whole = File.ReadAllBytes(training.Files[^1]);
    }

    [TearDown]
    public void RemoveTheFolder() => training.Dispose();

    [TestCase("Settings", "null")]
    [TestCase("Settings", "{}")]
    [TestCase("Settings", """{"Seed":"many"}""")]
    [TestCase("Elapsed", "\"-1.00:00:00\"")]
    [TestCase("Elapsed", "\"10675199.02:48:05.4775807\"")]
    [TestCase("Preparation", "\"-00:00:01\"")]
    [TestCase("Preparation", "\"1.00:00:00\"")]
    [TestCase("Reports", "[null]")]
    [TestCase("Reports", "[{}]")]
    [TestCase("Epoch", "null")]
    [TestCase("Epoch", """{"Number":1}""")]
    [TestCase(
        "Epoch",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
            + "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
    )]
    public void Read_MomentThatNoTrainingReaches_IsRefused(string name, string value)
    {
        var forged = Forged(moment => moment[name] = JsonNode.Parse(value, documentOptions: new() { MaxDepth = 200 }));
        Assert.That(
            () => Checkpoint.Read(new MemoryStream(forged)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("where the training stood")
        );
        FaultsTried.Record(
            "Checkpoints",
            "a state that no training reaches, with a valid checksum",
            1,
            "refused with an InvalidDataException; the training resumes from the one before"
        );
    }

    [TestCase("Number", 0)]
    [TestCase("Steps", -1)]
    public void Read_EpochOfImpossibleNumbers_IsRefused(string name, int value) =>
        Assert.That(
            () => Checkpoint.Read(new MemoryStream(Forged(moment => moment["Epoch"]![name] = value))),
            Throws.TypeOf<InvalidDataException>()
        );

    [TestCase("Seen", "[1,2,3]")]
    [TestCase("Correct", "[]")]
    [TestCase("Augmentation", "\"AAAA\"")]
    [TestCase("Mixing", "\"\"")]
    public void Fit_EpochOfAnotherTraining_IsRefused(string name, string value) =>
        AssertRefused(Forged(moment => moment["Epoch"]![name] = JsonNode.Parse(value)), "other classes or other random draws");

    [TestCase("velocity.fc.bias", "'fc.bias' is missing")]
    [TestCase("network.fc.bias", "'fc.bias' is missing")]
    [TestCase("best.fc.bias", "'fc.bias' is missing")]
    public void Fit_WeightMissing_IsRefused(string name, string part) =>
        AssertRefused(
            ForgedModel.Of(whole, (_, arrays) => Assert.That(arrays.RemoveAll(array => array.Name == name), Is.EqualTo(1))),
            part
        );

    [Test]
    public void Fit_VelocityOfAnotherShape_IsRefused() =>
        AssertRefused(
            ForgedModel.Of(whole, (_, arrays) =>
                arrays[Place(arrays, "velocity.fc.bias")] = new("velocity.fc.bias", "F32", [1], new byte[4])
            ),
            "'fc.bias' is F32 [1], and should be F32 [2]"
        );

    [TestCase("reports.training_accuracy")]
    [TestCase("reports.diagnostics.feature_gradients")]
    public void Fit_ReportsOfAnotherShape_AreRefused(string name)
    {
        AssertRefused(
            ForgedModel.Of(whole, (_, arrays) => arrays[Place(arrays, name)] = new(name, "F64", [2, 3], new byte[48])),
            $"'{name}' is F64 [2, 3], and should be F64 [1, 2]"
        );
        AssertRefused(ForgedModel.Of(whole, (_, arrays) => arrays.RemoveAt(Place(arrays, name))), $"'{name}' is missing");
    }

    [Test]
    public void Fit_WeightsOfUnknownUse_AreRefused() =>
        AssertRefused(ForgedModel.Of(whole, (_, arrays) => arrays.Add(new("more.weight", "F32", [1], new byte[4]))), "of an unknown kind");

    private static int Place(List<NamedArray> arrays, string name) => arrays.FindIndex(array => array.Name == name);

    private void AssertRefused(byte[] forged, string part)
    {
        File.WriteAllBytes(training.Files[^1], forged);
        var before = training.Contents();
        Assert.That(
            () => training.Fit(training.Options),
            Throws
                .InstanceOf<IOException>()
                .With.Message.Contains(training.Path)
                .And.Message.Contains("cannot be resumed from")
                .And.Message.Contains(part)
        );
        Assert.That(training.Contents(), Is.EqualTo(before), "it stays, and so does the one before");
        FaultsTried.Record(
            "Checkpoints",
            "states that do not fit the training, with a valid checksum",
            1,
            "refused with an IOException that names the folder; the checkpoints stay"
        );
    }

    private byte[] Forged(Action<JsonNode> change) => ForgedModel.Of(whole, (texts, _) =>
        {
            var moment = JsonNode.Parse(texts["moment"])!;
            change(moment);
            texts["moment"] = moment.ToJsonString();
        });
}
