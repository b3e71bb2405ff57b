using MLNet.Procrustean.Images;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Images;

public sealed class BatchPartTests
{
    private static readonly Augmentation[] Augmentations =
    [
        Augmentation.None,
        new(),
        Augmentation.ForPhotos with
        {
            ColorJitter = new ColorJitter
            {
                Brightness = 0.5,
                Contrast = 0.5,
                Saturation = 0.5,
            },
            TrivialAugment = true,
            ErasingProbability = 0.5,
        },
    ];

    [TestCase(8, 4, new[] { 2, 2, 2, 2 })]
    [TestCase(11, 3, new[] { 4, 4, 3 })]
    [TestCase(15, 4, new[] { 4, 4, 4, 3 })]
    [TestCase(7, 1, new[] { 7 })]
    public void Split_Images_AreInConsecutivePartsOfNearlyOneSize(int images, int parts, int[] sizes)
    {
        using var scope = NewDisposeScope();
        var split = BatchPart.Split(images, parts);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(split.Select(part => (int)part.Count), Is.EqualTo(sizes));
            Assert.That(split.Sum(part => part.Share), Is.EqualTo(1).Within(1e-15));
            Assert.That(
                split.SelectMany(part => part.Of(arange(images, int64)).data<long>().ToArray()),
                Is.EqualTo(Enumerable.Range(0, images))
            );
            Assert.That(split.SelectMany(part => part.Of(Enumerable.Range(0, images).ToArray())), Is.EqualTo(Enumerable.Range(0, images)));
        }
    }

    [TestCaseSource(nameof(Augmentations))]
    public void Apply_Parts_AreThoseOfTheWholeBatch(Augmentation augmentation)
    {
        using var scope = NewDisposeScope();
        using var images = ToyImages.Of(6, 5);
        var pixels = images.Pixels.Narrow(0, 11);
        using var random = new Generator(4);
        var whole = augmentation.Apply(pixels, random);
        var afterwards = random.get_state().bytes.ToArray();
        foreach (var part in BatchPart.Split(11, 3))
        {
            using var again = new Generator(4);
            var changed = augmentation.Apply(part.Of(pixels).contiguous(), part, again);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(NetworkBits.Of(changed), Is.EqualTo(NetworkBits.Of(part.Of(whole))));
                Assert.That(again.get_state().bytes.ToArray(), Is.EqualTo(afterwards), "as much is drawn");
            }
        }
    }
}
