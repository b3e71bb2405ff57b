using MLNet.Procrustean.Images.Augmentations;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Images.Augmentations;

public sealed class RandomResizedCropTests
{
    [Test]
    public void Draw_ManyImages_AreaAspectAndPlaceAreUniform()
    {
        const int images = 20_000,
            size = 1000;
        using var random = new Generator(1);
        var windows = new RandomResizedCrop { MinArea = 0.2, MaxAspect = 2 }.Draw(images, size, random);
        var areas = windows.Select(window => window.Width * window.Height / 1e6).ToList();
        var aspects = windows
            .Where(window => window.Width * window.Height < 5e5) // those that may have each ratio
            .Select(window => Math.Log2((double)window.Width / window.Height))
            .ToList();
        var places = windows.Where(window => window.Width < 900).Select(window => (double)window.Left / (size - window.Width)).ToList();
        var heights = windows.Where(window => window.Height < 900).Select(window => (double)window.Top / (size - window.Height)).ToList();
        using (Assert.EnterMultipleScope())
        {
            AssertUniform(areas, 0.2, 1);
            AssertUniform(aspects, -1, 1);
            AssertUniform(places, 0, 1);
            AssertUniform(heights, 0, 1);
        }
    }

    [Test]
    public void Draw_AnyWindow_LiesWithinTheImage([Values(1, 5, 33)] int size)
    {
        using var random = new Generator(2);
        var windows = new RandomResizedCrop { MinArea = 1e-4, MaxAspect = 10 }.Draw(2000, size, random);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(windows.Select(window => Math.Min(window.Width, window.Height)), Is.All.AtLeast(1));
            Assert.That(windows.Select(window => Math.Min(window.Top, window.Left)), Is.All.AtLeast(0));
            Assert.That(windows.Select(window => Math.Max(window.Top + window.Height, window.Left + window.Width)), Is.All.AtMost(size));
        }
    }

    [Test]
    public void Draw_AllOfTheArea_IsTheImage()
    {
        using var random = new Generator(3);
        Assert.That(
            new RandomResizedCrop { MinArea = 1, MaxAspect = 10 }.Draw(50, 20, random),
            Is.All.EqualTo(new ImageWindow(0, 0, 20, 20))
        );
    }

    [Test]
    public void Apply_AllOfTheArea_GivesTheImagesThemselves([Values(1, 3)] int channels)
    {
        using var scope = NewDisposeScope();
        var pixels = Pixels(6, 37, channels);
        var changed = new Augmentation
        {
            CropPadding = 0,
            HorizontalFlip = false,
            ResizedCrop = new() { MinArea = 1 },
        }.Apply(pixels, new Generator(1));
        Assert.That(NetworkBits.Of(changed), Is.EqualTo(NetworkBits.Of(pixels)));
    }

    [Test]
    public void Apply_FlipOnTop_MirrorsTheCropsOfSomeImages([Values(1, 3)] int channels, [Values(null, 16, 48)] int? side)
    {
        using var scope = NewDisposeScope();
        const int images = 40;
        var pixels = Pixels(images, 30, channels);
        var crop = new RandomResizedCrop { Size = side };
        var plain = crop.Apply(pixels, crop.Draw(images, 30, new Generator(7)), new bool[images]);
        var flips = Enumerable.Range(0, images).Select(image => image % 3 == 0).ToArray();
        var flipped = crop.Apply(pixels, crop.Draw(images, 30, new Generator(7)), flips);
        Assert.That(plain.shape, Is.EqualTo(new long[] { images, side ?? 30, side ?? 30, channels }));
        for (var image = 0; image < images; image++)
        {
            var expected = flips[image] ? plain[image].flip(1) : plain[image];
            Assert.That(NetworkBits.Of(flipped[image]), Is.EqualTo(NetworkBits.Of(expected)), $"image {image}");
        }
    }

    [Test]
    public void Apply_SameGenerator_GivesTheSameBits()
    {
        using var scope = NewDisposeScope();
        var pixels = Pixels(12, 40, 3);
        var photos = Augmentation.ForPhotos with { ResizedCrop = new() { Size = 24 } };
        var one = NetworkBits.Of(photos.Apply(pixels, new Generator(1)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NetworkBits.Of(photos.Apply(pixels, new Generator(1))), Is.EqualTo(one));
            Assert.That(NetworkBits.Of(photos.Apply(pixels, new Generator(2))), Is.Not.EqualTo(one));
        }
    }

    [Test]
    public void Apply_ImagesOfAnotherValue_LeavesTheGeneratorInTheSameState()
    {
        using var scope = NewDisposeScope();
        var (some, others) = (new Generator(1), new Generator(1));
        Augmentation.ForPhotos.Apply(Pixels(12, 40, 3), some);
        Augmentation.ForPhotos.Apply(zeros([12, 40, 40, 3], ScalarType.Byte), others);
        Assert.That(NetworkBits.Of(some.get_state()), Is.EqualTo(NetworkBits.Of(others.get_state())));
    }

    [TestCase(0, "MinArea is 0; it must be a finite number above 0")]
    [TestCase(-0.1, "MinArea is -0.1; it must be from 0 to 1")]
    [TestCase(1.5, "MinArea is 1.5; it must be from 0 to 1")]
    [TestCase(double.NaN, "MinArea is NaN; it must be from 0 to 1")]
    public void MinArea_OutOfRange_SaysWhatIsAllowed(double area, string message) =>
        Assert.That(
            () => new RandomResizedCrop { MinArea = area },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(message)
        );

    [Test]
    public void MaxAspectAndSize_OutOfRange_SayWhatIsAllowed()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => new RandomResizedCrop { MaxAspect = 0.5 },
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("MaxAspect is 0.5; it must be from 1 to 10")
            );
            Assert.That(
                () => new RandomResizedCrop { Size = 15 },
                Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Size is 15; it must be from 16 to 1024")
            );
        }
    }

    // Each tenth of the range has a tenth of the values, within five standard deviations.
    private static void AssertUniform(List<double> values, double smallest, double largest)
    {
        var tenths = values.CountBy(value => Math.Clamp((int)((value - smallest) / (largest - smallest) * 10), 0, 9)).ToDictionary();
        var expected = values.Count / 10.0;
        Assert.That(tenths.Values, Is.All.EqualTo(expected).Within(5 * Math.Sqrt(expected)));
        Assert.That(tenths, Has.Count.EqualTo(10));
    }

    private static Tensor Pixels(int images, int size, int channels) =>
        randint(0, 256, [images, size, size, channels], ScalarType.Int64, generator: new Generator(5)).to(ScalarType.Byte);
}
