using MLNet.Procrustean.Images.Augmentations;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Images.Augmentations;

public sealed class RandomErasingTests
{
    [Test]
    public void Draw_ManyImages_ChoosesTheirShareAndUniformAreas()
    {
        const int images = 20_000,
            size = 1000;
        using var random = new Generator(1);
        var windows = RandomErasing.Draw(images, size, 0.3, random).OfType<ImageWindow>().ToList();
        var thirds = windows.CountBy(window => (int)(3 * ((window.Width * window.Height / 1e6) - 0.02) / (0.3133 + 0.001))).ToDictionary();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(windows, Has.Count.EqualTo(6000).Within(325)); // five standard deviations
            Assert.That(thirds.Where(pair => pair.Key is >= 0 and < 3).Select(pair => pair.Value), Is.All.EqualTo(2000).Within(200));
            Assert.That(windows.Select(window => Math.Max(window.Top + window.Height, window.Left + window.Width)), Is.All.AtMost(size));
            Assert.That(windows.Select(window => (double)window.Width / window.Height), Is.All.InRange(0.29, 3.4));
        }
    }

    [Test]
    public void Draw_AnyProbability_LeavesTheGeneratorInTheSameState([Values(0.1, 1)] double probability)
    {
        using var scope = NewDisposeScope();
        var (one, other) = (new Generator(1), new Generator(1));
        RandomErasing.Draw(20, 30, probability, one);
        RandomErasing.Draw(20, 30, 0.5, other);
        Assert.That(NetworkBits.Of(one.get_state()), Is.EqualTo(NetworkBits.Of(other.get_state())));
    }

    [Test]
    public void Apply_Window_HoldsTheMeanOfEachChannel([Values(1, 3)] int channels)
    {
        const int size = 12;
        var image = TestImage.Random(size, channels);
        var expected = image.Select(
            (value, place) =>
            {
                var (row, column) = (place / channels / size, place / channels % size);
                var mean = image.Where((_, other) => other % channels == place % channels).Average(one => one);
                return row is >= 2 and < 5 && column is >= 4 and < 11 ? (byte)(mean + 0.5) : value;
            }
        );
        var changed = image.ToArray();
        RandomErasing.Apply(changed, size, channels, new(Top: 2, Left: 4, Height: 3, Width: 7));
        Assert.That(changed, Is.EqualTo(expected));
    }

    [Test]
    public void Apply_AugmentationWithProbability_ChangesAboutThatShareOfTheImages()
    {
        using var scope = NewDisposeScope();
        var pixels = tensor(TestImage.Random(20, 3)).reshape(1, 20, 20, 3).repeat(400, 1, 1, 1);
        var changed = (Augmentation.None with { ErasingProbability = 0.25 }).Apply(pixels, new Generator(1));
        var share = changed.ne(pixels).flatten(1).any(1).to(float32).mean().item<float>();
        Assert.That(share, Is.EqualTo(0.25).Within(0.11));
    }

    [Test]
    public void ErasingProbability_OutOfRange_SaysWhatIsAllowed() =>
        Assert.That(
            () => new Augmentation { ErasingProbability = 1.5 },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("ErasingProbability is 1.5; it must be from 0 to 1")
        );
}
