using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>A network in evaluation mode applied to decoded images.</summary>
internal static class Inference
{
    private const int FewestAtOnce = 16;
    private const int MostAtOnce = 256;
    private const int BytesAtOnce = 4_000_000; // of pixels; what the first layers make of them takes a hundred times as much

    /// <summary>How many images go through a network at once: 256 small ones, 16 in colour of more than 288 pixels per side.</summary>
    public static int ImagesAtOnce(ImageShape shape) => Math.Clamp(BytesAtOnce / shape.Bytes, FewestAtOnce, MostAtOnce);

    /// <summary>
    /// The parts of at most <see cref="ImagesAtOnce"/> in which so many images go through a network. They are of nearly the same size, so
    /// that none has a single image: see <see cref="Logits"/>.
    /// </summary>
    public static IEnumerable<Range> Parts(int images, ImageShape shape)
    {
        var parts = (int)Math.Ceiling((double)images / ImagesAtOnce(shape));
        return Enumerable.Range(0, parts).Select(part => (int)((long)images * part / parts)..(int)((long)images * (part + 1) / parts));
    }

    /// <summary>The same parts of images, [B, ...], or of their numbers; they belong to the dispose scope.</summary>
    public static IEnumerable<Tensor> PartsOf(Tensor images, ImageShape shape) =>
        Parts((int)images.shape[0], shape).Select(part => images.narrow(0, part.Start.Value, part.End.Value - part.Start.Value));

    /// <summary>What a function makes of images, in parts that follow each other.</summary>
    /// <param name="images">[B, ...].</param>
    /// <param name="shape">Of an image.</param>
    /// <param name="of">Some of them → a row for each.</param>
    public static Tensor InParts(Tensor images, ImageShape shape, Func<Tensor, Tensor> of)
    {
        using var scope = NewDisposeScope();
        return cat([.. PartsOf(images, shape).Select(OfPart)]).MoveToOuterDisposeScope();

        Tensor OfPart(Tensor some)
        {
            using var part = NewDisposeScope();
            return of(some).MoveToOuterDisposeScope();
        }
    }

    /// <summary>Logits [B, C] of normalised images [B, channels, S, S].</summary>
    /// <remarks>
    /// A single image is computed as a batch of two, which takes no longer than a batch of one: for that, libtorch does not use its fast
    /// convolutions and writes a line about NNPACK to the console at each layer.
    /// </remarks>
    public static Tensor Logits(StagedNetwork network, Tensor images) => Outputs(network, images).Logits;

    /// <summary>
    /// Softmax probabilities [B, C] and pooled features [B, D] of normalised images [B, channels, S, S], from one pass through the network.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="images">The images.</param>
    /// <param name="averageFlips">
    /// Whether both are the mean over an image and its left-right mirror image, which go through the network in the same pass.
    /// </param>
    /// <param name="temperature">T: the probabilities p become softmax(log p / T).</param>
    public static (Tensor Probabilities, Tensor Features) Scores(
        StagedNetwork network,
        Tensor images,
        bool averageFlips,
        double temperature = 1
    )
    {
        var (logits, features) = Outputs(network, averageFlips ? cat([images, images.flip(3)]) : images);
        var probabilities = logits.softmax(1);
        return averageFlips
            ? (Tempered(MeanOfHalves(probabilities), temperature), MeanOfHalves(features))
            : (Tempered(probabilities, temperature), features);
    }

    /// <summary>The mean of the classes' accuracies, over the classes that have images.</summary>
    /// <param name="logitsOf">Gives the logits [B, C] of the images with these numbers, [B], int64; on the device of the network.</param>
    /// <param name="allLabels">The classes of all images, [N], int64.</param>
    /// <param name="classes">C.</param>
    /// <param name="device">Where the network is.</param>
    public static double MacroAccuracy(Func<Tensor, Tensor> logitsOf, Tensor allLabels, int classes, Device device) =>
        MacroAccuracy(Hits(logitsOf, allLabels, classes, device, share: 0, shares: 1), allLabels);

    /// <summary>The mean of the classes' accuracies, over the classes that have images.</summary>
    /// <param name="hits">How many images of each class are recognised.</param>
    /// <param name="allLabels">The classes of all images, [N], int64.</param>
    public static double MacroAccuracy(long[] hits, Tensor allLabels)
    {
        using var scope = NewDisposeScope();
        return allLabels
            .bincount(null, hits.Length)
            .data<long>()
            .Zip(hits, (n, hit) => (n, hit))
            .Where(pair => pair.n > 0)
            .Average(pair => (double)pair.hit / pair.n);
    }

    /// <summary>
    /// How many images of each class are recognised, of a share of all: every so many parts of 256 images, which are the same parts for any
    /// number of shares, so that the sum over the shares is the same too.
    /// </summary>
    /// <param name="logitsOf">Gives the logits [B, C] of the images with these numbers, [B], int64; on the device of the network.</param>
    /// <param name="allLabels">The classes of all images, [N], int64.</param>
    /// <param name="classes">C.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="share">Which one, from 0.</param>
    /// <param name="shares">Their number.</param>
    public static long[] Hits(Func<Tensor, Tensor> logitsOf, Tensor allLabels, int classes, Device device, int share, int shares)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var correct = zeros(classes, int64, device);
        foreach (var rows in arange(allLabels.shape[0], int64).split(MostAtOnce).Where((_, part) => part % shares == share))
        {
            using var part = NewDisposeScope();
            // this copy waits: if nothing waited, libtorch would keep the pinned memory of many parts
            var labels = allLabels.index_select(0, rows).to(device);
            correct.scatter_add_(0, labels, (logitsOf(rows).argmax(1) == labels).to(int64));
        }

        return correct.cpu().data<long>().ToArray();
    }

    private static (Tensor Logits, Tensor Features) Outputs(StagedNetwork network, Tensor images)
    {
        var single = images.shape[0] == 1;
        var features = network.Pooled(single ? cat([images, images]) : images);
        var logits = network.Head.call(features);
        return single ? (logits.narrow(0, 0, 1), features.narrow(0, 0, 1)) : (logits, features);
    }

    // Not computed for T = 1, so that scores are to the bit what they are without a temperature.
    private static Tensor Tempered(Tensor probabilities, double temperature) =>
        temperature == 1 ? probabilities : probabilities.log().Times(1 / temperature).softmax(1);

    // [2 · B, N] → [B, N]
    private static Tensor MeanOfHalves(Tensor rows) => rows.reshape(2, rows.shape[0] / 2, rows.shape[1]).mean([0]);
}
