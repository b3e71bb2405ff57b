using System.Globalization;
using Microsoft.ML;
using MLNet.Procrustean.Images;

namespace Benchmark;

/// <summary>Which images of the training folder are trained on, read from the command line: <c>natural</c>, <c>step:100:2000</c>, <c>long-tailed:100:2000</c>.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Subset">The subset, drawn with a seed.</param>
internal sealed record ImbalanceText(string Text, Func<DataOperationsCatalog, IDataView, int, IDataView> Subset)
{
    public const string Help = "natural (all images); step:R:N (half of the classes with N images, the others with N/R); long-tailed:R:N (from N images down to N/R).";

    public static ImbalanceText Parse(string text)
    {
        try
        {
            return text.Split(':') switch
            {
                ["natural"] => new(text, (_, images, _) => images),
                ["step", var ratio, var largest] => new(text, (data, images, seed) => data.StepSubset(images, "Label", Ratio(ratio), Largest(largest), seed)),
                ["long-tailed", var ratio, var largest] => new(text, (data, images, seed) => data.LongTailedSubset(images, "Label", Ratio(ratio), Largest(largest), seed)),
                _ => throw new FormatException(),
            };
        }
        catch (Exception problem) when (problem is FormatException or OverflowException)
        {
            throw new FormatException($"The imbalance '{text}' is none of: {Help}", problem);
        }

        double Ratio(string number) => double.Parse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        int Largest(string number) => int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
