using System.Globalization;

namespace MLNet.Procrustean;

/// <summary>What ternary weights take, and what they cost on the images that they were searched on.</summary>
public sealed record TernaryReport
{
    /// <summary>The number of weights that are ternary.</summary>
    public required long Weights { get; init; }

    /// <summary>The bytes that they take in a file: two bits each, and a scale for each output channel.</summary>
    public required long PackedBytes { get; init; }

    /// <summary>The bytes that they took in single precision.</summary>
    public long SinglePrecisionBytes => Weights * sizeof(float);

    /// <summary>
    /// The sweep that led to the kept weights, from 1, also where time or a cancellation ended it; 0 where these are the quantised ones.
    /// </summary>
    public required int Sweeps { get; init; }

    /// <summary>The changes of a weight that led from the quantised weights to the kept ones.</summary>
    public required long AcceptedChanges { get; init; }

    /// <summary>The objective of the model that was given, on the first batch.</summary>
    public required double ObjectiveBefore { get; init; }

    /// <summary>The objective after quantisation, where the search began, on the first batch.</summary>
    public required double ObjectiveQuantised { get; init; }

    /// <summary>The objective of the kept weights, on the first batch.</summary>
    public required double ObjectiveAfter { get; init; }

    /// <summary>The macro accuracy of the given model on the validation images, from 0 to 1; null without such images.</summary>
    public double? ValidationMacroAccuracyBefore { get; init; }

    /// <summary>The macro accuracy after quantisation on the validation images, from 0 to 1; null without such images.</summary>
    public double? ValidationMacroAccuracyQuantised { get; init; }

    /// <summary>The macro accuracy of the kept weights on the validation images, from 0 to 1; null without such images.</summary>
    public double? ValidationMacroAccuracyAfter { get; init; }

    /// <summary>The report in a few sentences.</summary>
    /// <returns>Sizes, changes, and objective and macro accuracy before, after quantisation and at the end.</returns>
    public override string ToString()
    {
        var accuracy = ValidationMacroAccuracyBefore is { } before
            ? string.Create(
                CultureInfo.InvariantCulture,
                $" Validation macro accuracy {before:0.000}, quantised {ValidationMacroAccuracyQuantised:0.000}, "
                    + $"now {ValidationMacroAccuracyAfter:0.000}."
            )
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Weights:N0} ternary weights: {PackedBytes:N0} bytes in place of {SinglePrecisionBytes:N0}. "
                + $"{AcceptedChanges:N0} changes in {Sweeps} sweeps. "
                + $"Objective {ObjectiveBefore:0.0000}, quantised {ObjectiveQuantised:0.0000}, now {ObjectiveAfter:0.0000}.{accuracy}"
        );
    }
}
