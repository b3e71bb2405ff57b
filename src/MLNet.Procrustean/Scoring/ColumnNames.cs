namespace MLNet.Procrustean.Scoring;

/// <summary>The column that a model reads, and the two that it adds.</summary>
internal sealed record ColumnNames(string Image, string Score, string PredictedLabel);
