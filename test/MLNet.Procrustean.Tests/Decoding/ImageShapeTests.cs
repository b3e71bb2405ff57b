namespace MLNet.Procrustean.Tests.Decoding;

public sealed class ImageShapeTests
{
    [TestCase(8)]
    [TestCase(1024)]
    public void Size_AtALimit_IsAccepted(int size) => Assert.That(new ImageShape { Size = size }.Size, Is.EqualTo(size));

    [TestCase(7)]
    [TestCase(1025)]
    [TestCase(-1)]
    public void Size_OutsideTheLimits_NamesValueAndLimits(int size) =>
        Assert.That(
            () => new ImageShape { Size = size },
            Throws
                .InstanceOf<ArgumentOutOfRangeException>()
                .With.Message.Contains($"{size} pixels")
                .And.Message.Contains("between 8 and 1024")
        );

    [TestCase(0)]
    [TestCase(2)]
    [TestCase(4)]
    public void Channels_NeitherOneNorThree_NamesValueAndChoice(int channels) =>
        Assert.That(
            () => new ImageShape { Size = 8, Channels = channels },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains($"is {channels}").And.Message.Contains("1 (grey) or 3")
        );

    [Test]
    public void Aspect_OfNoName_NamesValueAndChoice() =>
        Assert.That(
            () => new ImageShape { Size = 8, Aspect = (AspectRatio)9 },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("is 9").And.Message.Contains("Squash, CenterCrop, Pad")
        );

    [Test]
    public void Defaults_OfASize_AreColorAndSquash() =>
        Assert.That(
            new ImageShape { Size = 8 },
            Is.EqualTo(
                new ImageShape
                {
                    Size = 8,
                    Channels = 3,
                    Aspect = AspectRatio.Squash,
                }
            )
        );

    [TestCase(3, 3 * 224 * 224)]
    [TestCase(1, 224 * 224)]
    public void Bytes_OfAShape_AreItsProduct(int channels, int bytes) =>
        Assert.That(new ImageShape { Size = 224, Channels = channels }.Bytes, Is.EqualTo(bytes));
}
