namespace MLNet.Procrustean.Scoring;

/// <summary>The column that a model reads, and those that it adds; without a name for the features, it adds none.</summary>
internal sealed record ColumnNames(string Image, string Score, string PredictedLabel, string? Features = null)
{
    /// <exception cref="ArgumentException">Two of the columns to add have one name.</exception>
    public ColumnNames CheckDistinct()
    {
        string?[] added = [Score, PredictedLabel, Features];
        var twice = added.GroupBy(name => name).FirstOrDefault(group => group.Key is not null && group.Count() > 1)?.Key;
        return twice is null
            ? this
            : throw new ArgumentException(
                $"Two columns of the model would be named '{twice}'; give the score, the predicted label and the features different names."
            );
    }
}
