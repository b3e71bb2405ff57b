namespace MLNet.Procrustean.Reading.Cache;

/// <summary>A row whose image cannot be read.</summary>
/// <param name="Row">Its number in the data, from 0.</param>
/// <param name="Problem">What is wrong with it.</param>
internal sealed record SkippedRow(int Row, ImageException Problem);
