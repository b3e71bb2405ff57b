using MLNet.Procrustean.Networks;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks;

/// <summary>How many images go through a network at once.</summary>
public sealed class InferenceTests
{
    [TestCase(32, 3, 256)]
    [TestCase(64, 1, 256)]
    [TestCase(96, 3, 144)]
    [TestCase(320, 3, 16)]
    [TestCase(1024, 3, 16)]
    public void ImagesAtOnce_Size_BoundsTheirBytes(int size, int channels, int expected) =>
        Assert.That(Inference.ImagesAtOnce(new() { Size = size, Channels = channels }), Is.EqualTo(expected));

    [Test]
    public void Parts_AnyNumber_CoverItWithoutASingleImage()
    {
        for (var images = 2; images <= 300; images++)
        {
            var all = Enumerable.Range(0, images).ToList();
            var parts = Inference.Parts(images, new() { Size = 320 }).Select(part => all.Take(part).ToList()).ToList();
            Assert.That(parts.SelectMany(part => part), Is.EqualTo(all));
            Assert.That(parts.Select(part => part.Count), Is.All.InRange(2, 16), $"{images} images");
        }
    }

    [Test]
    public void InParts_ManyImages_TakesAFewAtOnceAndGivesAllInOrder()
    {
        using var scope = NewDisposeScope();
        var rows = arange(40, int64).flip(0);
        var sizes = new List<long>();

        var made = Inference.InParts(rows, new() { Size = 320 }, some => Squares(some));

        Assert.That(sizes, Is.EqualTo(new[] { 13, 13, 14 }));
        Assert.That(made.data<long>().ToArray(), Is.EqualTo(Enumerable.Range(0, 40).Select(row => (39 - row) * (39 - row))));

        Tensor Squares(Tensor some)
        {
            sizes.Add(some.shape[0]);
            return some.square().unsqueeze(1);
        }
    }
}
