using Benchmark;

namespace MLNet.Procrustean.Tests.Examples;

/// <summary>The options of the runs of a comparison, which train on different numbers of images.</summary>
public sealed class SettledDefaultsTests
{
    private static readonly ImageClassifierOptions FineTuning = new() { InitialWeights = PretrainedWeights.ImageNetResNet18() };

    [TestCase(2_200, 1_760, 0)]
    [TestCase(1_990, 2_010, 4)]
    public void SettledFor_RunOnAnotherNumberOfImages_HasTheSameOptions(int images, int ofRun, int frozenStages)
    {
        var settled = FineTuning.SettledFor(images);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(settled.FrozenStages, Is.EqualTo(frozenStages));
            Assert.That(Values(settled), Is.EqualTo(Values(FineTuning.ForImageCount(images))));
            Assert.That(Values(settled.ForImageCount(ofRun)), Is.EqualTo(Values(settled)));
        }
    }

    // All of them: which ones depend on the number of images is the library's choice.
    private static Dictionary<string, object?> Values(ImageClassifierOptions options) =>
        typeof(ImageClassifierOptions).GetProperties().ToDictionary(option => option.Name, option => option.GetValue(options));
}
