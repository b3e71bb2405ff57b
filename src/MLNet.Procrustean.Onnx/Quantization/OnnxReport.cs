using System.Globalization;

namespace MLNet.Procrustean;

/// <summary>What an exported file takes and costs, compared with the same model in single precision.</summary>
public sealed record OnnxReport
{
    private const double TolerableLoss = 0.01;

    internal OnnxReport() { }

    /// <summary>How weights are stored.</summary>
    public OnnxWeights Weights { get; internal init; }

    /// <summary>The size of the file.</summary>
    public long FileBytes { get; internal init; }

    /// <summary>The size of the file in single precision.</summary>
    public long Fp32FileBytes { get; internal init; }

    /// <summary>
    /// The number of images that both were compared on: the test images, or else the calibration images; 0 where there are neither.
    /// </summary>
    public long ImageCount { get; internal init; }

    /// <summary>Whether these are test images, which the file was not calibrated on.</summary>
    public bool IsOfTestImages { get; internal init; }

    /// <summary>The share of images for which both find the same class most probable, from 0 to 1; NaN without images.</summary>
    public double SameClassShare { get; internal init; }

    /// <summary>The largest difference of a probability, from 0 to 1; NaN without images.</summary>
    public double LargestDifference { get; internal init; }

    /// <summary>The macro accuracy of the file, from 0 to 1; NaN without labelled images.</summary>
    public double MacroAccuracy { get; internal init; }

    /// <summary>The macro accuracy in single precision, from 0 to 1; NaN without labelled images.</summary>
    public double Fp32MacroAccuracy { get; internal init; }

    /// <summary>What to do where the file costs more than a point (0.01) of macro accuracy; null where it does not.</summary>
    public string? Warning =>
        Fp32MacroAccuracy - MacroAccuracy > TolerableLoss
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The file costs {100 * (Fp32MacroAccuracy - MacroAccuracy):0.0} points of macro accuracy. {Remedy}"
            )
            : null;

    private string Remedy =>
        Weights == OnnxWeights.Int8
            ? $"Calibrate on more training images ({nameof(OnnxExportOptions.CalibrationImageCount)}), or take {nameof(OnnxWeights)}."
                + $"{nameof(OnnxWeights.Fp16)}."
            : $"With few images, a single one can make this difference; otherwise take {nameof(OnnxWeights)}.{nameof(OnnxWeights.Fp32)}.";

    /// <summary>The report in a few sentences.</summary>
    public override string ToString()
    {
        var size = string.Create(
            CultureInfo.InvariantCulture,
            $"{Weights}: {FileBytes:N0} bytes, {(double)FileBytes / Fp32FileBytes:P0} of {Fp32FileBytes:N0} in single precision."
        );
        return string.Join(' ', new[] { size, Comparison, Warning }.Where(text => text is not null));
    }

    private string? Comparison
    {
        get
        {
            if (ImageCount == 0)
            {
                return null;
            }

            var accuracy = double.IsNaN(MacroAccuracy)
                ? ""
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"macro accuracy {MacroAccuracy:0.000}, in single precision {Fp32MacroAccuracy:0.000}; "
                );
            return string.Create(
                CultureInfo.InvariantCulture,
                $"On {ImageCount:N0} {(IsOfTestImages ? "test" : "calibration")} images: {accuracy}the same class for {SameClassShare:P1}; "
                    + $"probabilities differ by at most {LargestDifference:0.0000}."
            );
        }
    }
}
