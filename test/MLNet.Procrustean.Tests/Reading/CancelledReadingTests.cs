using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Reading;

/// <summary>A training that is cancelled while it reads its data takes no further row from it.</summary>
public sealed class CancelledReadingTests
{
    private const int Rows = 50;

    // In the pass for the counts of the classes, in that for the memory that the images take, and in that for the images.
    [TestCase(3)]
    [TestCase(Rows + 3)]
    [TestCase((2 * Rows) + 3)]
    public void Fit_CancelledAtARow_TakesNoOther(int last)
    {
        using var cancellation = new CancellationTokenSource();
        var taken = 0;
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(Counted());
        var options = TinyModel.Options with { Cancellation = cancellation.Token };

        Assert.That(() => TinyModel.Trainer(ml, options).Fit(data), Throws.InstanceOf<OperationCanceledException>());

        Assert.That(taken, Is.EqualTo(last));

        IEnumerable<Keyed> Counted()
        {
            for (var row = 0; row < Rows; row++)
            {
                if (++taken == last)
                {
                    cancellation.Cancel();
                }

                yield return new() { ImagePath = "no such file", Label = row % 2 == 0 ? 0u : 1u };
            }
        }
    }

    // A key without a transform, which would read rows ahead.
    private sealed class Keyed
    {
        public string ImagePath { get; set; } = "";

        [KeyType(2)]
        public uint Label { get; set; }
    }
}
