using System.Globalization;
using MLNet.Procrustean.Imbalance;

namespace MLNet.Procrustean;

/// <summary>Whether a classifier's scores are probabilities, over all images and for classes with many, medium and few images.</summary>
/// <remarks>
/// Training for imbalanced classes changes the scores on purpose: margins, class weights and adjusted logits make rare classes more likely
/// than they are. Whoever compares a score with a threshold needs to know by how much. The groups are by the true class of an image.
/// </remarks>
public sealed record CalibrationMetrics
{
    internal CalibrationMetrics(IReadOnlyList<ScoredAnswer> answers, long unscoredCount)
    {
        Overall = new CalibrationCurve(answers);
        Many = Of(ShotGroup.Many);
        Medium = Of(ShotGroup.Medium);
        Few = Of(ShotGroup.Few);
        UnscoredCount = unscoredCount;

        CalibrationCurve? Of(ShotGroup group)
        {
            var inGroup = answers.Where(one => one.Group == group).ToList();
            return inGroup.Count == 0 ? null : new CalibrationCurve(inGroup);
        }
    }

    /// <summary>The calibration over all images.</summary>
    public CalibrationCurve Overall { get; }

    /// <summary>The calibration over the images of classes with more than 100 training images; null without such images.</summary>
    public CalibrationCurve? Many { get; }

    /// <summary>The calibration over the images of classes with 20 to 100 training images; null without such images.</summary>
    public CalibrationCurve? Medium { get; }

    /// <summary>The calibration over the images of classes with fewer than 20 training images; null without such images.</summary>
    public CalibrationCurve? Few { get; }

    /// <summary>The number of rows without a score, which count nowhere else.</summary>
    public long UnscoredCount { get; }

    /// <summary>A table with a line for all images and for each group that has images.</summary>
    /// <returns>The table, aligned for a fixed-width font and the same in every culture.</returns>
    public override string ToString() =>
        string.Join(
            Environment.NewLine,
            [
                "images             count  accuracy  confidence    ECE",
                .. Line("all", Overall),
                .. Line("many (> 100)", Many),
                .. Line("medium (20-100)", Medium),
                .. Line("few (< 20)", Few),
            ]
        );

    private static string[] Line(string name, CalibrationCurve? curve)
    {
        if (curve is null)
        {
            return [];
        }

        var error = curve.ExpectedCalibrationError;
        return
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name, -16}  {curve.Count, 6}  {curve.Accuracy, 8:0.000}  {curve.Confidence, 10:0.000}  {error, 5:0.000}"
            ),
        ];
    }
}
