namespace MLNet.Procrustean.Scoring;

/// <summary>The column that a model reads, and the two that it adds.</summary>
internal sealed record ColumnNames(string Image, string Score, string PredictedLabel)
{
    public static ColumnNames Of(ImageClassifierOptions options) =>
        new(options.ImageColumnName, options.ScoreColumnName, options.PredictedLabelColumnName);
}
