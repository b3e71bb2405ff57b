namespace MLNet.Procrustean.Tests.Diagnostics;

public sealed class PhaseReportTests
{
    private static readonly PhaseReport Report = new()
    {
        Phase = TrainingPhase.ReadingImages,
        Images = 1200,
        TotalImages = 5000,
        ImagesPerSecond = 812.4,
        TimeLeft = TimeSpan.FromSeconds(3661),
    };

    [Test]
    [SetCulture("de-DE")]
    public void ToString_ReadingImages_IsOneInvariantLine() =>
        Assert.That(Report.ToString(), Is.EqualTo("Reading images: 1200 of 5000 images, 812 images/s, 01:01:01 left"));

    [Test]
    public void ToString_Training_NamesTheEpoch() =>
        Assert.That(
            (Report with { Phase = TrainingPhase.Training, Epoch = 3, Epochs = 30 }).ToString(),
            Does.StartWith("Epoch 3/30: 1200 of 5000 images, ")
        );

    [Test]
    public void ToString_NoImageYet_LeavesSpeedAndTimeOut() =>
        Assert.That(
            (Report with { Images = 0, ImagesPerSecond = 0, TimeLeft = null }).ToString(),
            Is.EqualTo("Reading images: 0 of 5000 images")
        );

    [Test]
    public void ToString_UnknownTotal_LeavesItAndTheTimeOut() =>
        Assert.That(
            (Report with { Phase = TrainingPhase.ReadingLabels, TotalImages = null, TimeLeft = null }).ToString(),
            Is.EqualTo("Reading labels: 1200 rows, 812 rows/s")
        );
}
