namespace MLNet.Procrustean;

/// <summary>The images whose confidence lies in one interval, a point of the reliability curve.</summary>
/// <param name="From">The lower end of the interval, which belongs to the interval below, from 0 to 1; 0 belongs to the first.</param>
/// <param name="To">The upper end of the interval, which belongs to it, from 0 to 1.</param>
/// <param name="Count">The number of images in it.</param>
/// <param name="Accuracy">The share of them that were recognised, from 0 to 1; null without images.</param>
/// <param name="Confidence">Their mean confidence, from 0 to 1; null without images.</param>
public sealed record CalibrationBin(double From, double To, long Count, double? Accuracy, double? Confidence);
