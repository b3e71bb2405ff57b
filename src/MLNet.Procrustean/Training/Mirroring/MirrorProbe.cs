using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Mirroring;

/// <summary>Finds classes that are each other's mirror image, such as arrows to the left and to the right, before a training.</summary>
/// <remarks>
/// Some images of each class are divided into two halves. A linear classifier of their edges learns from one half and classifies the other,
/// as it is and mirrored, and the other way around; <see cref="MirroredPairs"/> compares the two.
/// </remarks>
internal static class MirrorProbe
{
    private const int MostPerClass = 256;
    private const int MostImages = 4_096;
    private const int FewestPerClass = 5; // with fewer, even mirrored images that are all exchanged could be chance
    private const int MostClasses = MostImages / FewestPerClass;
    private const int ImagesAtOnce = 64;

    /// <summary>The options, without mirroring where classes are found and the options leave it open.</summary>
    /// <param name="options">Of the training.</param>
    /// <param name="images">The training images, on the CPU.</param>
    /// <param name="names">Of the classes.</param>
    /// <param name="seed">Of the training.</param>
    /// <param name="warn">Told of classes that are found.</param>
    public static ImageClassifierOptions Decide(
        ImageClassifierOptions options,
        LabelledImages images,
        IReadOnlyList<string> names,
        int seed,
        Action<string> warn
    )
    {
        var mirrors = options.Augmentation.Flips || options.AverageFlips;
        if (!mirrors || Find(images, names, seed) is not [var (first, second), .. var others])
        {
            return options;
        }

        var leavesOpen = options.Augmentation.HorizontalFlip is null;
        var decided = leavesOpen ? options with { Augmentation = options.Augmentation with { HorizontalFlip = false } } : options;
        var stillMirrors = decided.Augmentation.Flips || decided.AverageFlips;
        const string flip = $"{nameof(Augmentation)}.{nameof(Augmentation.HorizontalFlip)}";
        warn(
            $"The classes '{first}' and '{second}' look like each other's mirror image"
                + (others.Count > 0 ? $", as do {others.Count} more pairs of classes. " : ". ")
                + (
                    stillMirrors
                        ? "Mirrored images are used nevertheless, as the options say; "
                            + $"set {flip} and {nameof(options.AverageFlips)} to false."
                        : $"Therefore images are not mirrored; set {flip} to decide yourself."
                )
        );
        return decided;
    }

    /// <summary>The names of the classes of each pair.</summary>
    /// <param name="images">The training images, on the CPU.</param>
    /// <param name="names">Of the classes.</param>
    /// <param name="seed">Of the training.</param>
    public static List<(string First, string Second)> Find(LabelledImages images, IReadOnlyList<string> names, int seed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var counts = images.CountsOf(names.Count);
        var probed = Enumerable.Range(0, names.Count).Where(label => counts[label] >= FewestPerClass).ToArray();
        if (probed.Length is < 2 or > MostClasses)
        {
            return [];
        }

        var halves = Halves(images, probed, seed).Select(half => Half.Of(images, half)).ToArray();
        var (asTheyAre, mirrored) = (new long[probed.Length, probed.Length], new long[probed.Length, probed.Length]);
        foreach (var (learnt, other) in halves.Zip(halves.Reverse()))
        {
            var classifier = new DiscriminantAnalysis(learnt.Features, learnt.Labels, probed.Length);
            Count(asTheyAre, other.Labels, classifier.Predict(other.Features));
            Count(mirrored, other.Labels, classifier.Predict(other.OfMirrorImages));
        }

        return [.. MirroredPairs.Among(asTheyAre, mirrored).Select(pair => (names[probed[pair.First]], names[probed[pair.Second]]))];
    }

    // Rows of images with their places among the classes that are probed: every second of a class is in the same half.
    private static IEnumerable<(long Row, long Label)[]> Halves(LabelledImages images, int[] probed, int seed)
    {
        var labels = images.Labels.data<long>().ToArray();
        var places = probed.Index().ToDictionary(one => (long)one.Item, one => (long)one.Index);
        using var random = RandomStream.Mirroring.Generator(seed, epoch: 0);
        var perClass = Math.Clamp(MostImages / probed.Length, FewestPerClass, MostPerClass);
        return ClassSample
            .Draw(labels, perClass, random)
            .Where(row => places.ContainsKey(labels[row]))
            .GroupBy(row => places[labels[row]])
            .SelectMany(of => of.Index().Select(one => (Half: one.Index % 2, Row: one.Item, Label: of.Key)))
            .GroupBy(one => one.Half)
            .Select(half => half.Select(one => (one.Row, one.Label)).ToArray());
    }

    private static void Count(long[,] counts, Tensor labels, Tensor predicted)
    {
        foreach (var (label, taken) in labels.data<long>().ToArray().Zip(predicted.data<long>().ToArray()))
        {
            counts[label, taken]++;
        }
    }

    private sealed record Half(Tensor Features, Tensor OfMirrorImages, Tensor Labels)
    {
        public static Half Of(LabelledImages images, (long Row, long Label)[] rows)
        {
            var parts = rows.Select(one => one.Row).Chunk(ImagesAtOnce).Select(chunk => FeaturesOf(images, chunk)).ToArray();
            return new(
                cat([.. parts.Select(part => part.Features)]),
                cat([.. parts.Select(part => part.OfMirrorImages)]),
                tensor(rows.Select(one => one.Label).ToArray())
            );
        }

        private static (Tensor Features, Tensor OfMirrorImages) FeaturesOf(LabelledImages images, long[] rows)
        {
            using var scope = NewDisposeScope();
            var pixels = images.Pixels.Rows(tensor(rows)).permute(0, 3, 1, 2).to(float32);
            var small = nn.functional.adaptive_avg_pool2d(pixels, GradientHistograms.Size);
            return (GradientHistograms.Of(small).MoveToOuterDisposeScope(), GradientHistograms.Of(small.flip(3)).MoveToOuterDisposeScope());
        }
    }
}
