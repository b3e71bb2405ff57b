using MLNet.Procrustean.Images;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training.Mirroring;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training.Mirroring;

public sealed class MirrorProbeTests
{
    [Test]
    public void Find_ArrowsToTheLeftAndToTheRight_AreFound([Values(1, 2, 3)] int seed)
    {
        using var images = DrawnArrows.Of(80, 80, 80, 80);
        Assert.That(MirrorProbe.Find(images, DrawnArrows.Names, seed), Is.EqualTo(new[] { ("left", "right") }));
    }

    [Test]
    public void Find_ArrowsToTheRightAreRare_AreFound()
    {
        using var images = DrawnArrows.Of(150, 20, 80, 20);
        Assert.That(MirrorProbe.Find(images, DrawnArrows.Names, 1), Is.EqualTo(new[] { ("left", "right") }));
    }

    [Test]
    public void Find_ArrowsUpAndDown_AreNotEachOthersMirrorImage([Values(1, 2, 3)] int seed)
    {
        using var all = DrawnArrows.Of(80, 80, 80, 80);
        using var upright = new LabelledImages(all.Pixels.Narrow(160, 160), all.Labels.narrow(0, 160, 160) - 2);
        Assert.That(MirrorProbe.Find(upright, ["up", "down"], seed), Is.Empty);
    }

    [Test]
    public void Find_TooFewImagesToLearnFrom_FindsNothing()
    {
        using var images = DrawnArrows.Of(3, 3, 3);
        Assert.That(MirrorProbe.Find(images, DrawnArrows.Names[..3], 1), Is.Empty);
    }

    [Test]
    public void Find_ImagesWithoutAnEdge_FindsNothing()
    {
        var labels = ToyImages.Labels(9, 5);
        using var images = new LabelledImages(full([labels.Length, 32, 32, 3], 90, uint8), tensor(labels));
        Assert.That(MirrorProbe.Find(images, DrawnArrows.Names[..2], 1), Is.Empty);
    }

    [Test]
    public void Decide_FlipsAreLeftOpen_AreTurnedOff()
    {
        var told = new List<string>();
        using var images = DrawnArrows.Of(80, 80);
        var options = new ImageClassifierOptions
        {
            Augmentation = new() { CropPadding = 2 },
            AverageFlips = false,
        };
        var decided = MirrorProbe.Decide(options, images, DrawnArrows.Names[..2], 1, told.Add);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                decided,
                Is.EqualTo(
                    options with
                    {
                        Augmentation = new() { CropPadding = 2, HorizontalFlip = false },
                    }
                )
            );
            Assert.That(told.Single(), Does.StartWith("The classes 'left' and 'right' look like each other's mirror image."));
            Assert.That(told.Single(), Does.Contain("images are not mirrored"));
        }
    }

    [Test]
    public void Decide_FlipsAreAskedFor_Warns([Values(true, false)] bool inTraining)
    {
        var told = new List<string>();
        using var images = DrawnArrows.Of(80, 80);
        var options = new ImageClassifierOptions
        {
            Augmentation = new() { HorizontalFlip = inTraining },
            AverageFlips = !inTraining,
        };
        var decided = MirrorProbe.Decide(options, images, DrawnArrows.Names[..2], 1, told.Add);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(decided, Is.EqualTo(options));
            Assert.That(told.Single(), Does.Contain("set Augmentation.HorizontalFlip and AverageFlips to false"));
        }
    }

    [Test]
    public void Decide_NothingIsMirrored_DoesNotLook()
    {
        using var images = DrawnArrows.Of(80, 80);
        var options = new ImageClassifierOptions { Augmentation = Augmentation.None };
        MirrorProbe.Decide(options, images, DrawnArrows.Names[..2], 1, _ => Assert.Fail("Told of classes."));
    }

    [Test]
    public void Of_AnImage_HasTheHistogramsOfItsGradients()
    {
        using var scope = NewDisposeScope();
        using var images = DrawnArrows.Of(1, 1);
        var pixels = images.Pixels.Rows(tensor(new[] { 1L })).permute(0, 3, 1, 2).to(float32);
        var features = GradientHistograms.Of(pixels).data<double>().ToArray();
        Assert.That(features, Is.EqualTo(ByLoops(pixels[0, 0].data<float>().ToArray())).Within(1e-4));
    }

    // The same of a grey image, from the definition.
    private static double[] ByLoops(float[] grey)
    {
        const int size = GradientHistograms.Size;
        var strengths = new double[8, size, size];
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var (right, down) = (At(x + 1, y) - At(x - 1, y), At(x, y + 1) - At(x, y - 1));
                var angle = Math.Atan2(down, right) / Math.PI * 8;
                var share = angle - Math.Floor(angle);
                var strength = Math.Sqrt((right * right) + (down * down));
                strengths[(int)(Math.Floor(angle) + 8) % 8, y, x] += strength * (1 - share);
                strengths[(int)(Math.Floor(angle) + 9) % 8, y, x] += strength * share;
            }
        }

        return [.. new[] { 8, 4, 2 }.SelectMany(Grid)];

        double At(int x, int y) => grey[(Math.Clamp(y, 0, size - 1) * size) + Math.Clamp(x, 0, size - 1)];

        IEnumerable<double> Grid(int cells)
        {
            var side = size / cells;
            double Mean(int bin, int row, int column) =>
                Enumerable.Range(0, side * side).Average(i => strengths[bin, (row * side) + (i / side), (column * side) + (i % side)]);
            double All(int cell) => Enumerable.Range(0, 8).Sum(bin => Mean(bin, cell / cells, cell % cells));
            var energy = Enumerable.Range(0, cells * cells).Select(All).ToArray();
            return from bin in Enumerable.Range(0, 8)
                from cell in Enumerable.Range(0, cells * cells)
                select Math.Sqrt(Mean(bin, cell / cells, cell % cells) / (energy[cell] + (energy.Average() / 2) + 1e-3));
        }
    }
}
