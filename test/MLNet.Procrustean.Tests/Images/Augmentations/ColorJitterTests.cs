using MLNet.Procrustean.Images.Augmentations;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Images.Augmentations;

public sealed class ColorJitterTests
{
    private const int Images = 10_000;

    [Test]
    public void Draw_ManyImages_FactorsAreUniformAndOrdersEquallyOften()
    {
        using var random = new Generator(1);
        var factors = new ColorJitter
        {
            Brightness = 0.2,
            Contrast = 0.4,
            Saturation = 1,
        }.Draw(Images, random);
        using (Assert.EnterMultipleScope())
        {
            AssertUniform(factors.Select(one => (one.Brightness - 0.8) / 0.4));
            AssertUniform(factors.Select(one => (one.Contrast - 0.6) / 0.8));
            AssertUniform(factors.Select(one => one.Saturation / 2));
            Assert.That(factors.CountBy(one => one.Order).Select(pair => pair.Key), Is.EquivalentTo(Enumerable.Range(0, 6)));
            Assert.That(factors.CountBy(one => one.Order).Select(pair => pair.Value), Is.All.EqualTo(Images / 6).Within(190));
        }
    }

    // Each of the six sequences of the three operations belongs to one order.
    [Test]
    public void Apply_EachOrder_IsASequenceOfItsOwn()
    {
        var image = TestImage.Random(12, 3);
        Action<byte[]>[] operations =
        [
            it => ColorOperations.Brightness(it, 1.9),
            it => ColorOperations.Contrast(it, 3, 0.3),
            it => ColorOperations.Saturation(it, 3, 1.8),
        ];
        var sequences =
            from first in Enumerable.Range(0, 3)
            from second in Enumerable.Range(0, 3)
            where second != first
            select Changed(it =>
            {
                operations[first](it);
                operations[second](it);
                operations[3 - first - second](it);
            });
        var orders = Enumerable.Range(0, 6).Select(order => Changed(it => new ColorFactors(1.9, 0.3, 1.8, order).Apply(it, 3)));
        Assert.That(orders, Is.EquivalentTo(sequences).And.Unique);

        string Changed(Action<byte[]> change)
        {
            var changed = image.ToArray();
            change(changed);
            return Convert.ToHexString(changed);
        }
    }

    [Test]
    public void Apply_NoStrength_GivesTheImagesThemselves()
    {
        using var scope = NewDisposeScope();
        var pixels = tensor(TestImage.Random(20, 3)).reshape(1, 20, 20, 3);
        var changed = (Augmentation.None with { ColorJitter = new() }).Apply(pixels, new Generator(1));
        Assert.That(NetworkBits.Of(changed), Is.EqualTo(NetworkBits.Of(pixels)));
    }

    [Test]
    public void Apply_WithPaddedCropAndFlip_ChangesTheColoursOfTheSameCrop()
    {
        using var scope = NewDisposeScope();
        var pixels = full([8, 20, 20, 3], 100, ScalarType.Byte);
        var plain = new Augmentation().Apply(pixels, new Generator(1));
        var jittered = new Augmentation { ColorJitter = new() { Brightness = 0.5 } }.Apply(pixels, new Generator(1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NetworkBits.Of(jittered.eq(0)), Is.EqualTo(NetworkBits.Of(plain.eq(0))), "the padding");
            Assert.That(jittered.amax([1, 2, 3]).data<byte>().ToArray().Distinct().Count(), Is.GreaterThan(4));
        }
    }

    [TestCase(-0.1)]
    [TestCase(1.1)]
    [TestCase(double.NaN)]
    public void Strengths_OutOfRange_SayWhatIsAllowed(double strength)
    {
        using (Assert.EnterMultipleScope())
        {
            AssertRefused(() => new ColorJitter { Brightness = strength }, "Brightness");
            AssertRefused(() => new ColorJitter { Contrast = strength }, "Contrast");
            AssertRefused(() => new ColorJitter { Saturation = strength }, "Saturation");
        }

        void AssertRefused(Func<ColorJitter> make, string name) =>
            Assert.That(
                make,
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(FormattableString.Invariant($"{name} is {strength}"))
            );
    }

    private static void AssertUniform(IEnumerable<double> values)
    {
        var tenths = values.CountBy(value => (int)Math.Floor(value * 10)).ToDictionary();
        Assert.That(tenths.Keys, Is.EquivalentTo(Enumerable.Range(0, 10)));
        Assert.That(tenths.Values, Is.All.EqualTo(Images / 10).Within(160));
    }
}
