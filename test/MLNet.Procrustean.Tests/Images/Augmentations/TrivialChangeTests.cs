using MLNet.Procrustean.Images.Augmentations;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Images.Augmentations;

public sealed class TrivialChangeTests
{
    [Test]
    public void Draw_ManyImages_DrawsOperationsStrengthsAndDirectionsEquallyOften()
    {
        const int images = 31 * 14 * 100;
        using var random = new Generator(1);
        var changes = TrivialChange.Draw(images, random);
        var operations = changes.CountBy(change => change.Operation).ToDictionary();
        var strengths = changes.CountBy(change => (int)Math.Round(30 * change.Strength)).ToDictionary();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(operations.Keys, Is.EquivalentTo(Enum.GetValues<TrivialOperation>()));
            Assert.That(operations.Values, Is.All.EqualTo(3100).Within(280)); // five standard deviations
            Assert.That(strengths.Keys, Is.EquivalentTo(Enumerable.Range(0, 31)));
            Assert.That(strengths.Values, Is.All.EqualTo(1400).Within(187));
            Assert.That(changes.Count(change => change.Negative), Is.EqualTo(images / 2).Within(521));
        }
    }

    [Test]
    public void Apply_NoStrength_ChangesNothingButByOperationsWithoutOne([Values(1, 3)] int channels)
    {
        var image = TestImage.Random(24, channels, 0, 255); // without the value 255 nothing reaches the threshold of solarisation
        var changed = Enum.GetValues<TrivialOperation>()
            .Where(operation =>
            {
                var copy = image.ToArray();
                new TrivialChange(operation, 0, false).Apply(copy, 24, channels);
                return !copy.SequenceEqual(image);
            });
        Assert.That(changed, Is.EquivalentTo(new[] { TrivialOperation.AutoContrast, TrivialOperation.Equalize }));
    }

    [Test]
    public void Apply_FullStrength_IsTheOperationAtItsLimit([Values] bool negative)
    {
        var sign = negative ? -1 : 1;
        using (Assert.EnterMultipleScope())
        {
            Same(TrivialOperation.Identity, _ => { });
            Same(TrivialOperation.ShearX, image => AffineMap.ShearX(sign * 0.99).Apply(image, 40, 3));
            Same(TrivialOperation.ShearY, image => AffineMap.ShearY(sign * 0.99).Apply(image, 40, 3));
            Same(TrivialOperation.TranslateX, image => AffineMap.TranslationX(sign * 32).Apply(image, 40, 3));
            Same(TrivialOperation.TranslateY, image => AffineMap.TranslationY(sign * 32).Apply(image, 40, 3));
            Same(TrivialOperation.Rotate, image => AffineMap.Rotation(sign * 135, 40).Apply(image, 40, 3));
            Same(TrivialOperation.Brightness, image => ColorOperations.Brightness(image, 1 + (sign * 0.99)));
            Same(TrivialOperation.Color, image => ColorOperations.Saturation(image, 3, 1 + (sign * 0.99)));
            Same(TrivialOperation.Contrast, image => ColorOperations.Contrast(image, 3, 1 + (sign * 0.99)));
            Same(TrivialOperation.Sharpness, image => ColorOperations.Sharpness(image, 40, 3, 1 + (sign * 0.99)));
            Same(TrivialOperation.Posterize, image => ToneOperations.Posterize(image, 2));
            Same(TrivialOperation.Solarize, image => ToneOperations.Solarize(image, 0));
            Same(TrivialOperation.AutoContrast, image => ToneOperations.AutoContrast(image, 3));
            Same(TrivialOperation.Equalize, image => ToneOperations.Equalize(image, 3));
        }

        void Same(TrivialOperation operation, Action<byte[]> limit)
        {
            var (changed, expected) = (TestImage.Random(40, 3, 20, 220), TestImage.Random(40, 3, 20, 220));
            new TrivialChange(operation, 1, negative).Apply(changed, 40, 3);
            limit(expected);
            Assert.That(changed, Is.EqualTo(expected), $"{operation}");
        }
    }

    [Test]
    public void Apply_AugmentationOfABatch_ChangesEachImageByItsOwnDraw()
    {
        using var scope = NewDisposeScope();
        const int images = 60;
        var pixels = tensor(TestImage.Random(20, 3)).reshape(1, 20, 20, 3).repeat(images, 1, 1, 1);
        var augmentation = Augmentation.None with { TrivialAugment = true };
        var changed = NetworkBits.Of(augmentation.Apply(pixels, new Generator(1)));
        var distinct = augmentation.Apply(pixels, new Generator(1)).reshape(images, -1).data<byte>().ToArray().Chunk(1200);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NetworkBits.Of(augmentation.Apply(pixels, new Generator(1))), Is.EqualTo(changed));
            Assert.That(NetworkBits.Of(augmentation.Apply(pixels, new Generator(2))), Is.Not.EqualTo(changed));
            Assert.That(distinct.Select(Convert.ToHexString).Distinct().Count(), Is.GreaterThan(images / 2));
            Assert.That(pixels[0].data<byte>().ToArray(), Is.EqualTo(TestImage.Random(20, 3)), "the batch itself is not changed");
        }
    }
}
