using MLNet.Procrustean.Training;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

public sealed class SharedProcessorsTests
{
    [TestCase(2, 2, 0.0, ExpectedResult = 2)]
    [TestCase(2, 2, 0.4, ExpectedResult = 2)]
    [TestCase(2, 2, 0.9, ExpectedResult = 1)]
    [TestCase(2, 2, 2.0, ExpectedResult = 1, Description = "at least one")]
    [TestCase(8, 16, 4.0, ExpectedResult = 8, Description = "the others take none of its eight")]
    [TestCase(8, 16, 10.2, ExpectedResult = 6)]
    public int Threads_ProcessorsTakenByOthers_LeavesThemThese(int most, int processors, double taken) =>
        SharedProcessors.Threads(most, processors, taken);

    [Test]
    public void Dispose_OtherNumberOfThreads_TakesTheFirstOneAgain()
    {
        var before = get_num_threads();
        using (new SharedProcessors())
        {
            set_num_threads(before + 1);
        }

        Assert.That(get_num_threads(), Is.EqualTo(before));
    }
}
