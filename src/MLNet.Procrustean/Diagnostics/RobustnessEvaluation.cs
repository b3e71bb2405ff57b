using System.Collections.Immutable;
using Microsoft.ML;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Scoring;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Diagnostics;

/// <summary>Attacks a trained classifier on the images of a data view, and counts its errors before and after.</summary>
/// <param name="classifier">The classifier, with a network in evaluation mode.</param>
/// <param name="attack">How images are changed.</param>
/// <param name="costs">What the attack aims at, in the order of the classes.</param>
/// <param name="seed">Of where the attack starts.</param>
/// <param name="device">Where the network is.</param>
internal sealed class RobustnessEvaluation(
    TrainedClassifier classifier,
    ProjectedGradientAttack attack,
    CostMatrix costs,
    int seed,
    Device device
)
{
    private readonly int classes = classifier.Labels.Names.Length;

    /// <inheritdoc cref="ImageClassifierModel.EvaluateRobustness"/>
    public RobustnessMetrics Of(
        IDataView data,
        string imageColumnName,
        string labelColumnName,
        UnreadImages unread,
        CancellationToken cancellation
    )
    {
        var shape = classifier.Preprocessing.Shape;
        var (clean, robust) = (new long[classes, classes], new long[classes, classes]);
        var (rows, skippedRows) = (0L, 0L);
        foreach (var (part, group) in Rows(data, imageColumnName, labelColumnName).Chunk(Inference.ImagesAtOnce(shape)).Index())
        {
            cancellation.ThrowIfCancellationRequested();
            var (pixels, skipped) = unread.Decode([.. group.Select(row => row.Image)], shape);
            (rows, skippedRows) = (rows + group.Length, skippedRows + skipped.Count);
            if (pixels.Length > 0)
            {
                Count([.. group.Where((_, place) => !skipped.Contains(place)).Select(row => row.Label)], pixels, part, clean, robust);
            }
        }

        return rows > skippedRows
            ? new(attack, costs, Metrics(clean, skippedRows), Metrics(robust, skippedRows))
            : throw new ArgumentException(
                rows == 0 ? "There is no row to evaluate." : $"None of the {rows} images can be read; all were skipped.",
                nameof(data)
            );
    }

    private void Count(long[] labels, byte[] pixels, int part, long[,] clean, long[,] robust)
    {
        var (before, after) = Predicted(pixels, labels, part);
        foreach (var (label, first, second) in labels.Zip(before, after))
        {
            clean[label, first]++;
            robust[label, second]++;
        }
    }

    private ImbalanceMetrics Metrics(long[,] counts, long skipped)
    {
        var all = Enumerable.Range(0, classes);
        var confusion = all.Select(y => all.Select(j => counts[y, j]).ToImmutableArray());
        return new([.. classifier.Labels.Names], [.. classifier.TrainingCounts], [.. confusion], skipped);
    }

    private IEnumerable<(long Label, Action<Memory<byte>> Image)> Rows(IDataView data, string imageColumnName, string labelColumnName)
    {
        var label = LabelText.Find(data.Schema, labelColumnName);
        var image = ImageColumn.Find(data.Schema, imageColumnName);
        using var cursor = ImageColumn.Cursor(data, image, [label]);
        var labelOf = LabelText.ClassReader(cursor, label, classifier.Labels.Names);
        var imageOf = ImageColumn.Reader(cursor, image, classifier.Preprocessing.Shape);
        while (cursor.MoveNext())
        {
            yield return (labelOf(), imageOf());
        }
    }

    // The classes that some images are taken for, as they are and attacked.
    private (long[] Clean, long[] Robust) Predicted(byte[] decoded, long[] labels, int part)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var random = RandomStream.Perturbation.Generator(seed, epoch: 0, part);
        var shape = classifier.Preprocessing.Shape;
        var pixels = tensor(decoded).reshape(labels.Length, shape.Size, shape.Size, shape.Channels).to(device);
        var images = pixels.to(float32).permute(0, 3, 1, 2);
        var attacked = attack.Change(images, tensor(labels).to(device), costs.OnDevice(device), LogitsOf, random);
        return (Classes(images), Classes(attacked));

        long[] Classes(Tensor some) => LogitsOf(some).argmax(1).cpu().data<long>().ToArray();
    }

    /// <summary>Logits [B, C] of images [B, channels, S, S] from 0 to 255, of the probabilities that scoring gives.</summary>
    private Tensor LogitsOf(Tensor images) => Untempered(images).Times(1 / classifier.Temperature);

    private Tensor Untempered(Tensor images)
    {
        var inputs = classifier.Preprocessing.Normalise(images.permute(0, 2, 3, 1));
        if (!classifier.AverageFlips)
        {
            return Inference.Logits(classifier.Network, inputs);
        }

        var both = Inference.Logits(classifier.Network, cat([inputs, inputs.flip(3)])).log_softmax(1); // [2 · B, C]
        return both.reshape(2, images.shape[0], both.shape[1]).logsumexp(0); // of twice the mean of probabilities
    }
}
