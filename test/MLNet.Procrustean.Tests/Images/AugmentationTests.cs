using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Images;

public sealed class AugmentationTests
{
    [Test]
    public void CropAndFlip_Batch_EqualsNaiveLoops([Values(0, 1, 4, 12)] int padding, [Values(1, 3)] int channels, [Values] bool byIndex)
    {
        using var scope = NewDisposeScope();
        const int images = 12,
            size = 9;
        var random = new Random(1);
        var pixels = Pixels(images, size, channels);
        var tops = Numbers(images, () => random.Next((2 * padding) + 1));
        var lefts = Numbers(images, () => random.Next((2 * padding) + 1));
        var flips = Numbers(images, () => random.Next(2));
        var source = pixels.data<byte>().ToArray();
        byte At(int image, long row, long column, int channel) =>
            row < 0 || column < 0 || row >= size || column >= size
                ? (byte)0
                : source[(((((image * size) + row) * size) + column) * channels) + channel];
        var expected =
            from image in Enumerable.Range(0, images)
            from row in Enumerable.Range(0, size)
            from column in Enumerable.Range(0, size)
            from channel in Enumerable.Range(0, channels)
            let sourceColumn = flips[image] == 1 ? size - 1 - column : column
            select At(image, row + tops[image] - padding, sourceColumn + lefts[image] - padding, channel);
        Func<Tensor, int, Tensor, Tensor, Tensor, Tensor> change = byIndex ? Augmentation.CropAndFlipByIndex : Augmentation.CropAndFlip;
        var actual = change(pixels, padding, tensor(tops), tensor(lefts), tensor(flips));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(actual.dtype, Is.EqualTo(ScalarType.Byte));
            Assert.That(actual.shape, Is.EqualTo(pixels.shape));
            Assert.That(actual.contiguous().data<byte>().ToArray(), Is.EqualTo(expected.ToArray()));
        }
    }

    [Test]
    public void Apply_None_GivesTheImagesThemselves()
    {
        using var scope = NewDisposeScope();
        var pixels = Pixels(5, 9, 3);
        Assert.That(NetworkBits.Of(Augmentation.None.Apply(pixels, new Generator(1))), Is.EqualTo(NetworkBits.Of(pixels)));
    }

    // Image of 5 × 5 with one white pixel in the middle: where it lands tells the offsets.
    [Test]
    public void Apply_CropOnly_ReachesAllOffsetsAboutEqually()
    {
        using var scope = NewDisposeScope();
        const int images = 2500;
        var pixels = zeros([images, 5, 5, 1], ScalarType.Byte);
        pixels[.., 2, 2] = 255;
        var cropped = new Augmentation { CropPadding = 2, HorizontalFlip = false }.Apply(pixels, new Generator(1));
        var landed = cropped.reshape(images, 25).to(int64).argmax(1).data<long>().ToArray().CountBy(place => place).ToDictionary();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(landed, Has.Count.EqualTo(25));
            Assert.That(landed.Values, Is.All.EqualTo(100).Within(50)); // five standard deviations
        }
    }

    [Test]
    public void Apply_FlipOnly_MirrorsAboutHalfOfTheImages()
    {
        using var scope = NewDisposeScope();
        const int images = 1000;
        var pixels = zeros([images, 3, 3, 1], ScalarType.Byte);
        pixels[.., 1, 0] = 255;
        var flipped = new Augmentation { CropPadding = 0 }
            .Apply(pixels, new Generator(1))
            .reshape(images, 9)
            .to(int64)
            .argmax(1)
            .data<long>()
            .ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(flipped.Distinct(), Is.EquivalentTo(new[] { 3, 5 }));
            Assert.That(flipped.Count(place => place == 5), Is.EqualTo(500).Within(80));
        }
    }

    [Test]
    public void Apply_SameGenerator_DrawsTheSame()
    {
        using var scope = NewDisposeScope();
        var pixels = Pixels(20, 9, 3);
        var one = NetworkBits.Of(new Augmentation().Apply(pixels, new Generator(1)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NetworkBits.Of(new Augmentation().Apply(pixels, new Generator(1))), Is.EqualTo(one));
            Assert.That(NetworkBits.Of(new Augmentation().Apply(pixels, new Generator(2))), Is.Not.EqualTo(one));
        }
    }

    [Test]
    public void ToString_WhatIsOff_IsNotPrinted()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That($"{new Augmentation()}", Is.EqualTo("Augmentation { CropPadding = 4, HorizontalFlip = True }"));
            Assert.That($"{Augmentation.None}", Is.EqualTo("Augmentation { CropPadding = 0, HorizontalFlip = False }"));
        }
    }

    [Test, SetCulture("de-DE")]
    public void ToString_OfPhotos_IsTheSameInEveryCulture() =>
        Assert.That(
            $"{Augmentation.ForPhotos with
            {
                ResizedCrop = new() { MaxAspect = 1.5, Size = 160 },
                ColorJitter = new() { Contrast = 0.25 },
                TrivialAugment = true,
                ErasingProbability = 0.5,
            }}",
            Is.EqualTo(
                "Augmentation { CropPadding = 0, HorizontalFlip = True, "
                    + "ResizedCrop = RandomResizedCrop { MinArea = 0.35, MaxAspect = 1.5, Size = 160 }, "
                    + "ColorJitter = ColorJitter { Brightness = 0, Contrast = 0.25, Saturation = 0 }, "
                    + "TrivialAugment = True, ErasingProbability = 0.5 }"
            )
        );

    [TestCase(-1)]
    [TestCase(65)]
    public void CropPadding_OutOfRange_SaysWhatIsAllowed(int padding) =>
        Assert.That(
            () => new Augmentation { CropPadding = padding },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains($"CropPadding is {padding}; it must be from 0 to 64")
        );

    private static Tensor Pixels(int images, int size, int channels) =>
        randint(1, 256, [images, size, size, channels], ScalarType.Int64, generator: new Generator(5)).to(ScalarType.Byte);

    private static long[] Numbers(int count, Func<int> next) => [.. Enumerable.Range(0, count).Select(_ => (long)next())];
}
