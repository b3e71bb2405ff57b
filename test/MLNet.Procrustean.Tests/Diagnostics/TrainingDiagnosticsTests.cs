namespace MLNet.Procrustean.Tests.Diagnostics;

public sealed class TrainingDiagnosticsTests
{
    [Test]
    public void Init_OutOfRange_SaysWhatIsAllowed()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => new TrainingDiagnostics { EveryEpochs = 0 },
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("EveryEpochs is 0; it must be at least 1")
            );
            Assert.That(
                () => new TrainingDiagnostics { ImagesPerClass = 1 },
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("ImagesPerClass is 1; it must be at least 2")
            );
        }
    }

    [Test]
    public void Defaults_AreThoseOfTheDocumentation() =>
        Assert.That(new TrainingDiagnostics(), Is.EqualTo(new TrainingDiagnostics { EveryEpochs = 1, ImagesPerClass = 50 }));
}
