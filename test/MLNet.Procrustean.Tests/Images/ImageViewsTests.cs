using MLNet.Procrustean.Images;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Images;

public sealed class ImageViewsTests
{
    private static readonly Augmentation Copying = Augmentation.ForPhotos with { Copies = 3 };

    [Test]
    public void AreAllOf_Augmentations_FlipsAndCopies()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ImageViews.AreAllOf(Augmentation.None));
            Assert.That(ImageViews.AreAllOf(Augmentation.None with { HorizontalFlip = true }));
            Assert.That(ImageViews.AreAllOf(Copying));
            Assert.That(ImageViews.AreAllOf(new()), Is.False);
            Assert.That(ImageViews.AreAllOf(Augmentation.ForPhotos), Is.False);
            Assert.That(ImageViews.AreAllOf(Augmentation.None with { TrivialAugment = true }), Is.False);
        }
    }

    [Test]
    public void Names_FlipsAndCopies_AreTheImagesTheirMirrorImagesAndTheCopies()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ImageViews.One.Names, Is.EqualTo(new[] { "images" }));
            Assert.That(new ImageViews(Copying).Names, Is.EqualTo(new[] { "images", "mirror_images", "copies_1", "copies_2", "copies_3" }));
            Assert.That(
                new ImageViews(Copying with { HorizontalFlip = false }).Names,
                Is.EqualTo(new[] { "images", "copies_1", "copies_2", "copies_3" })
            );
        }
    }

    // By definition: a copy is what the augmentation makes of the image with the generator of its number and view.
    [Test]
    public void Of_EachView_IsTheImageItsMirrorImageOrItsCopy()
    {
        using var scope = NewDisposeScope();
        using var images = ToyImages.Of(5, 4);
        long[] rows = [8, 0, 3, 3, 5];
        long[] views = [2, 0, 1, 3, 4];
        var made = new ImageViews(Copying).Of(images.Pixels.Rows(tensor(rows)), rows, views);
        var expected = rows.Zip(views).Select(one => Expected(images.Pixels.Narrow(one.First, 1), (int)one.First, (int)one.Second));
        Assert.That(NetworkBits.Of(made), Is.EqualTo(NetworkBits.Of(cat([.. expected]))));
        Assert.That(made.shape, Is.EqualTo(new long[] { 5, ToyImages.Size, ToyImages.Size, 3 }));
    }

    [Test]
    public void Of_AnotherBatch_MakesTheSameCopies()
    {
        using var scope = NewDisposeScope();
        using var images = ToyImages.Of(5, 4);
        var views = new ImageViews(Copying);
        Tensor Made(params long[] rows) => views.Of(images.Pixels.Rows(tensor(rows)), rows, [.. rows.Select(_ => 3L)]);
        var (all, one) = (Made(1, 2, 7), Made(2));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NetworkBits.Of(all[1]), Is.EqualTo(NetworkBits.Of(one[0])));
            Assert.That(NetworkBits.Of(all[1]), Is.Not.EqualTo(NetworkBits.Of(images.Pixels.Narrow(2, 1)[0])), "nothing was changed");
        }
    }

    [Test]
    public void Copies_WithASizeOfTheirOwn_AreRefused()
    {
        var augmentation = Copying with { ResizedCrop = new() { Size = 20 } };
        Assert.That(
            augmentation.CheckTogether,
            Throws.ArgumentException.With.Message.Contains("Copies is 3").And.Message.Contains("20 pixels large")
        );
        Assert.That(() => new Augmentation { Copies = 65 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static Tensor Expected(Tensor image, int row, int view)
    {
        using var random = RandomStream.Copies.Generator(row, view);
        return view switch
        {
            0 => image,
            1 => image.flip(2),
            _ => (Copying with { Copies = 0 }).Apply(image, random),
        };
    }
}
