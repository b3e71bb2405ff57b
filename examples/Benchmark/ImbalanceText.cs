using System.Globalization;
using Microsoft.ML;
using MLNet.Procrustean;

namespace Benchmark;

/// <summary>
/// Which images of the training folder are trained on, as on the command line: <c>natural</c>, <c>step:100:2000</c>,
/// <c>long-tailed:100:2000</c>.
/// </summary>
/// <param name="Text">As it was written.</param>
/// <param name="Subset">
/// The subset, drawn with a seed. Without the held-out images, the largest class has as many images as are left, if those are fewer.
/// </param>
internal sealed record ImbalanceText(string Text, Func<DataOperationsCatalog, IDataView, Part, int, IDataView> Subset)
{
    public const string Help =
        "natural: all images; step:R:N: half of the classes with N images, the others with N/R; "
        + "long-tailed:R:N: from N images down to N/R.";

    private const string Natural = "natural";

    private delegate IDataView Make(DataOperationsCatalog data, IDataView images, string label, double ratio, int? largest, int seed);

    /// <summary>Whether the images depend on the seed.</summary>
    public bool IsDrawn => Text != Natural;

    public static ImbalanceText Parse(string text)
    {
        try
        {
            return text.Split(':') switch
            {
                [Natural] => new(text, (_, images, _, _) => images),
                ["step", var ratio, var largest] => Of(text, ImbalancedSubsetCatalog.StepSubset, ratio, largest),
                ["long-tailed", var ratio, var largest] => Of(text, ImbalancedSubsetCatalog.LongTailedSubset, ratio, largest),
                _ => throw new FormatException(),
            };
        }
        catch (Exception problem) when (problem is FormatException or OverflowException)
        {
            throw new FormatException($"The imbalance '{text}' is none of: {Help}", problem);
        }
    }

    private static ImbalanceText Of(string text, Make subset, string ratioText, string largestText)
    {
        var ratio = double.Parse(ratioText, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        var largest = int.Parse(largestText, NumberStyles.None, CultureInfo.InvariantCulture);
        return new(text, (data, images, part, seed) =>
            subset(data, images, "Label", ratio, part == Part.Test ? largest : Math.Min(largest, LargestClass(data, images)), seed)
        );
    }

    private static int LargestClass(DataOperationsCatalog data, IDataView images) =>
        data.CreateEnumerable<LabelledImageFile>(images, reuseRowObject: false).CountBy(image => image.Label).Max(label => label.Value);
}
