using SkiaSharp;

namespace QuickStart.Parts;

/// <summary>Draws an image folder with as many training images of each class as asked, and a balanced test set.</summary>
internal static class PartImages
{
    /// <summary>Writes train/&lt;class&gt;/NNN.png and test/&lt;class&gt;/NNN.png; the same seed gives the same pixels.</summary>
    /// <param name="folder">Where train and test are made; what they held before is deleted.</param>
    /// <param name="trainCounts">Training images of each class, in the order of <see cref="Part.All"/>.</param>
    /// <param name="testCount">Test images of every class.</param>
    /// <param name="seed">Decides everything that is drawn.</param>
    public static void Draw(string folder, IReadOnlyList<int> trainCounts, int testCount, int seed)
    {
        // Each image has a seed of its own, so that threads may share the work in any order. The test set comes first, so that it is the
        // same for all training counts.
        var random = new Random(seed);
        var images = Plan("test", _ => testCount).Concat(Plan("train", index => trainCounts[index])).ToList();
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Parallel.ForEach(images, image => Write(image.Part, image.Path, image.Seed));

        IEnumerable<(Part Part, string Path, int Seed)> Plan(string split, Func<int, int> countOf) =>
            from item in Part.All.Index()
            from number in Enumerable.Range(0, countOf(item.Index))
            select (item.Item, Path.Combine(folder, split, item.Item.Name, $"{number:D3}.png"), random.Next());
    }

    private static void Write(Part part, string path, int seed)
    {
        using var photograph = Scene.Render(part, new Random(seed));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = File.Create(path);
        photograph.Encode(file, SKEncodedImageFormat.Png, quality: 100);
    }
}
