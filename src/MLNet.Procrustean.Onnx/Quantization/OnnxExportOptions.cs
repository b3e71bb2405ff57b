using Microsoft.ML;
using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>How <see cref="OnnxSaving.SaveOnnx"/> makes the file smaller and faster, and what it is compared on.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>How weights are stored; <see cref="OnnxWeights.Fp32"/> by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such choice.</exception>
    public OnnxWeights Weights
    {
        get;
        init => field = Require.Named(value);
    } = OnnxWeights.Fp32;

    /// <summary>
    /// Images on which the ranges of <see cref="OnnxWeights.Int8"/> are measured, and which it needs: training images as a rule, with the
    /// image column of the model. Where they have labels, equally many of each class are drawn, as far as it has enough. Without
    /// <see cref="TestImages"/> the file is compared on them, for any weights. Null by default.
    /// </summary>
    public IDataView? CalibrationImages { get; init; }

    /// <summary>
    /// The most calibration images to read, at least 1; 256 by default. Where there are more classes, one of each is read. More images take
    /// longer and seldom change the file.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int CalibrationImageCount
    {
        get;
        init => field = Require.AtLeast(value, 1, nameof(CalibrationImageCount));
    } = 256;

    /// <summary>Images with labels on which the file is compared with single precision; null by default.</summary>
    public IDataView? TestImages { get; init; }

    /// <summary>
    /// The column of the class, a text, a key, a number or a Boolean; <c>Label</c> by default. <see cref="CalibrationImages"/> may lack it.
    /// </summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public string LabelColumnName
    {
        get;
        init => field = Require.Name(value);
    } = "Label";

    /// <summary>The seed by which calibration images are drawn; 1 by default.</summary>
    public int Seed { get; init; } = 1;
}
