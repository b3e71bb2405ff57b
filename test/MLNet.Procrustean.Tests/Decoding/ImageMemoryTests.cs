using MLNet.Procrustean.Decoding;

namespace MLNet.Procrustean.Tests.Decoding;

public sealed class ImageMemoryTests
{
    private static readonly ImageShape Shape = new() { Size = 224 };

    [Test]
    public void Check_ExactlyEnough_Passes() => Assert.That(() => ImageMemory.Check(10, Shape, 10L * Shape.Bytes), Throws.Nothing);

    [Test]
    public void Check_TooLittleMemory_NamesNeedAndRemedies() =>
        Assert.That(
            () => ImageMemory.Check(1_300_000, Shape, 8L << 30),
            Throws
                .InvalidOperationException.With.Message.Contains("1,300,000 images of 224 × 224 × 3 bytes need 182.2 GiB")
                .And.Message.Contains("8.0 GiB are available")
                .And.Message.Contains("smaller ImageSize")
                .And.Message.Contains("grey")
                .And.Message.Contains("CachePath")
                .And.Message.Contains("more memory")
        );

    [Test]
    public void Check_GreyImages_AreNotAdvisedToBecomeGrey() =>
        Assert.That(
            () => ImageMemory.Check(1, Shape with { Channels = 1 }, 0),
            Throws
                .InvalidOperationException.With.Message.Contains("49.0 KiB")
                .And.Message.Contains("but 0 bytes")
                .And.Message.Not.Contains("grey")
        );

    [Test]
    public void Check_MoreImagesThanFitALong_DoesNotOverflow() =>
        Assert.That(
            () => ImageMemory.Check(long.MaxValue, Shape, long.MaxValue),
            Throws.InvalidOperationException.With.Message.Contains("EiB")
        );

    [Test]
    public void Check_RemedyOfTheCaller_TakesThePlaceOfATrainings() =>
        Assert.That(
            () => ImageMemory.Check(1, Shape, 0, "Use a smaller ImagesPerClass."),
            Throws.InvalidOperationException.With.Message.EndsWith("0 bytes are available. Use a smaller ImagesPerClass.")
        );

    // .NET knows the load at the last collection, which may have been during a training that is over.
    [TestCase(50, 100, 0)]
    [TestCase(100, 100, 0)]
    [TestCase(101, 900, 1)]
    public void AvailableFor_MoreThanAtTheLastCollection_CollectsAndLooksAgain(double bytes, long expected, int expectedCollections)
    {
        var collections = 0;
        var available = ImageMemory.AvailableFor(bytes, () => collections == 0 ? 100 : 900, () => collections++);
        Assert.That((available, collections), Is.EqualTo((expected, expectedCollections)));
    }

    [Test]
    public void Check_AgainstThisProcess_KnowsItsLimit()
    {
        Assert.That(() => ImageMemory.Check(1, Shape), Throws.Nothing);
        Assert.That(() => ImageMemory.Check(long.MaxValue / 2, Shape), Throws.InvalidOperationException);
        Assert.That(ImageMemory.AvailableBytes, Is.InRange(0, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
    }
}
