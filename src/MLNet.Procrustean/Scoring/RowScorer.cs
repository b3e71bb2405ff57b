using System.Collections.Immutable;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Procrustean.Data;

namespace MLNet.Procrustean.Scoring;

/// <summary>Scores rows of data: the scorer, the images that it takes, and the columns that it reads and adds.</summary>
/// <param name="Scorer">Shared by everything that scores with the same model.</param>
/// <param name="Shape">The shape that each image is converted to.</param>
/// <param name="Columns">The names of the columns.</param>
/// <param name="Labels">The classes, in the order of the scores.</param>
/// <param name="TrainingCounts">Of each class.</param>
/// <param name="FeatureCount">D, the number of pooled features.</param>
/// <param name="Unread">What is done with images that cannot be read.</param>
internal sealed record RowScorer(
    Scorer Scorer,
    ImageShape Shape,
    ColumnNames Columns,
    ClassLabels Labels,
    ImmutableArray<long> TrainingCounts,
    int FeatureCount,
    UnreadImages Unread
)
{
    /// <summary>Of a model with these texts; images that cannot be read are refused.</summary>
    public static RowScorer Of(Scorer scorer, ModelTexts texts, int featureCount, IHostEnvironment? environment) =>
        new(scorer, texts.Preprocessing.Shape, texts.Columns, texts.Labels, texts.TrainingCounts, featureCount, new(environment));

    /// <exception cref="ArgumentException">The image column is missing or holds no images.</exception>
    public DataViewSchema SchemaOf(DataViewSchema input) => OutputSchema.Of(input, Columns, Labels, TrainingCounts, FeatureCount);

    /// <summary>As <see cref="ImageColumn.Reader"/>, for the image column.</summary>
    public Func<Action<Memory<byte>>> ImageReader(DataViewRow row) => ImageColumn.Reader(row, row.Schema[Columns.Image], Shape);

    /// <summary>Whether the features are among the columns of scored data that are asked for.</summary>
    public bool AddsFeatures(DataViewSchema output, HashSet<int> active) =>
        Columns.Features is { } name && active.Contains(output[name].Index);

    /// <summary>
    /// The probabilities of each image's classes and, where asked for, its features; where images that cannot be read are to be skipped,
    /// missing values for those.
    /// </summary>
    /// <exception cref="ImageException">An image cannot be read, and is not to be skipped; the first such one is reported.</exception>
    /// <exception cref="ObjectDisposedException">The scorer was disposed.</exception>
    public ScoredImage[] Score(IReadOnlyList<Action<Memory<byte>>> images, bool withFeatures)
    {
        var (pixels, skipped) = Unread.Decode(images, Shape);
        if (skipped.Count == 0)
        {
            return Scorer.Score(pixels, withFeatures);
        }

        var readable = new Queue<ScoredImage>(pixels.Length > 0 ? Scorer.Score(pixels, withFeatures) : []);
        var missing = ScoredImage.Missing(Labels.Names.Length, withFeatures ? FeatureCount : 0);
        return [.. Enumerable.Range(0, images.Count).Select(place => skipped.Contains(place) ? missing : readable.Dequeue())];
    }
}
