using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Training.Features;

namespace MLNet.Procrustean.Tests.Training.Features;

/// <summary>Features in a file are those in memory, and what is damaged is never trained on.</summary>
public sealed class FeaturesInFileTests
{
    private const int BytesOfRow = 4 * 16 * 16 * 2;

    [Test]
    public void Of_RowsAndMirrorImages_AreThoseInMemory([Values(2, 3, 5)] int parts)
    {
        using var folder = new FeatureFolder(parts);
        using var inMemory = folder.InMemory();
        using var written = folder.Open()!;
        using var found = folder.Open()!;
        using var loaded = folder.Open(long.MaxValue)!;
        long[] rows = [8, 0, 3, 3, 5];
        foreach (var mirrored in new long[]?[] { null, [0, 1, 0, 1, 1], [1, 1, 1, 1, 1] })
        {
            var expected = FeatureFolder.Bits(inMemory, rows, mirrored);
            Assert.That(FeatureFolder.Bits(written, rows, mirrored), Is.EqualTo(expected));
            Assert.That(FeatureFolder.Bits(found, rows, mirrored), Is.EqualTo(expected));
            Assert.That(FeatureFolder.Bits(loaded, rows, mirrored), Is.EqualTo(expected));
        }

        Assert.That(new FeatureRows[] { written, found }, Is.All.TypeOf<FeaturesInFile>());
        Assert.That(loaded, Is.TypeOf<FeaturesInMemory>());
        Assert.That(folder.Told, Is.EqualTo(new[] { $"The features of 9 images are those of the file '{folder.Path}'." }));
    }

    // As any reader of safetensors sees it.
    [Test]
    public void File_ReadAsSafeTensors_HasTheFeaturesInSinglePrecisionAndTheirChecksums()
    {
        using var folder = new FeatureFolder();
        var bits = FeatureFolder.All(folder.Open()!);
        using var stream = File.OpenRead(folder.Path);
        var arrays = SafeTensors.ReadPublished(stream).ToDictionary(array => array.Name);
        var row = bits[(4 * BytesOfRow)..(5 * BytesOfRow)];
        var singles = row.Chunk(2).SelectMany(two => new byte[] { 0, 0, two[0], two[1] }); // the upper halves
        using (Assert.EnterMultipleScope())
        {
            Assert.That(arrays.Keys, Is.EqualTo(new[] { "images.crc32c", "mirror_images.crc32c", "images", "mirror_images" }));
            Assert.That(arrays["mirror_images"].Shape, Is.EqualTo(new long[] { 9, 4, 16, 16 }));
            Assert.That(arrays["images"].Bytes[(4 * 2 * BytesOfRow)..(5 * 2 * BytesOfRow)], Is.EqualTo(singles));
            Assert.That(BitConverter.ToInt64(arrays["images.crc32c"].Bytes, 4 * sizeof(long)), Is.EqualTo(Crc32C.Of(row)));
        }
    }

    [TestCase(0, 4)]
    [TestCase(1, 7)]
    public void Of_ADamagedRow_IsRefusedAndTheOthersAreRead(int view, int row)
    {
        using var folder = new FeatureFolder();
        folder.Open()!.Dispose();
        var bytes = File.ReadAllBytes(folder.Path);
        bytes[^(((9 * (2 - view)) - row) * BytesOfRow)] ^= 1; // the first byte of the row
        File.WriteAllBytes(folder.Path, bytes);
        using var features = folder.Open()!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => FeatureFolder.Bits(features, [row], [view]),
                Throws.TypeOf<IOException>().With.Message.Contains(folder.Path).And.Message.Contains($"damaged at image {row}")
            );
            Assert.That(() => FeatureFolder.Bits(features, [row], [1 - view]), Throws.Nothing);
            Assert.That(() => folder.Open(long.MaxValue), Throws.TypeOf<IOException>().With.Message.Contains($"damaged at image {row}"));
        }
    }

    [Test]
    public void Of_AFileCutShortWhileItIsOpen_IsRefused()
    {
        using var folder = new FeatureFolder();
        using var features = folder.Open()!;
        using (var file = new FileStream(folder.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(file.Length - 1);
        }

        Assert.That(() => FeatureFolder.Bits(features, [8], [1]), Throws.TypeOf<IOException>().With.Message.Contains("image 8"));
    }
}
