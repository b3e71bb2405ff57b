using Microsoft.ML;
using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

/// <summary>How <see cref="TernaryWeights"/> searches. Each option is checked when it is set.</summary>
public sealed record TernaryOptions
{
    /// <summary>The layers that get ternary weights; <see cref="TernaryLayers.LastLayer"/> by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// There is no such choice; this holds for all enumerations and numbers below.
    /// </exception>
    public TernaryLayers Layers
    {
        get;
        init => field = Require.Named(value);
    } = TernaryLayers.LastLayer;

    /// <summary>What is made smaller; <see cref="TernaryObjective.CrossEntropy"/> by default.</summary>
    public TernaryObjective Objective
    {
        get;
        init => field = Require.Named(value);
    } = TernaryObjective.CrossEntropy;

    /// <summary>
    /// The column of the class: a text, a key, a number or a Boolean, compared by the names of the classes. The default is <c>Label</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public string LabelColumnName
    {
        get;
        init => field = Require.Name(value);
    } = "Label";

    /// <summary>
    /// The most images of each class to read, at least 1; 1,000 by default. They are drawn at random, and no others are decoded.
    /// </summary>
    public int ImagesPerClass
    {
        get;
        init => field = Require.AtLeast(value, 1, nameof(ImagesPerClass));
    } = 1000;

    /// <summary>
    /// Images that decide when the search stops and which weights are kept, by their macro accuracy; null, the default, holds a share of
    /// the given images out (<see cref="ValidationSetFraction"/>).
    /// </summary>
    public IDataView? ValidationSet { get; init; }

    /// <summary>
    /// Without a <see cref="ValidationSet"/>: the share of each class to hold out for that, from 0 to 0.9; 0.2 by default. With 0, the
    /// search stops after a sweep without a change or after <see cref="MaxSweeps"/>, and keeps its last weights.
    /// </summary>
    /// <remarks>
    /// Held out from this search, not from the training before it: where the same images were trained on, their accuracy is that of
    /// training images. Of classes with a few images, a share may be missed more in the search than it helps: with 20, 0 was no worse.
    /// </remarks>
    public double ValidationSetFraction
    {
        get;
        init => field = Require.Between(value, 0, 0.9, nameof(ValidationSetFraction));
    } = 0.2;

    /// <summary>
    /// The most images that the objective is computed on at a time, at least 1; 1,000 by default. Where there are more, equally many of
    /// each class are drawn, as far as it has enough, and at least one.
    /// </summary>
    public int BatchSize
    {
        get;
        init => field = Require.AtLeast(value, 1, nameof(BatchSize));
    } = 1000;

    /// <summary>
    /// q, the number of weights to try before another batch is drawn, at least 1; 1,000 by default. Null never draws another one: the
    /// objective then never rises from one weight to the next.
    /// </summary>
    public int? RedrawInterval
    {
        get;
        init => field = value is { } given ? Require.AtLeast(given, 1, nameof(RedrawInterval)) : null;
    } = 1000;

    /// <summary>The most passes over all weights, at least 0, which only quantises; 10 by default.</summary>
    public int MaxSweeps
    {
        get;
        init => field = Require.AtLeast(value, 0, nameof(MaxSweeps));
    } = 10;

    /// <summary>
    /// The sweeps in a row without a rise of the validation images' macro accuracy after which the search stops, at least 1; 3 by default.
    /// </summary>
    public int Patience
    {
        get;
        init => field = Require.AtLeast(value, 1, nameof(Patience));
    } = 3;

    /// <summary>
    /// The time after which the search ends with what it has reached, above 0; null, the default, for any time. Reading the images, and
    /// computing their pooled features for the last layer, does not count. Where it ends a search, the same seed does not give the same
    /// weights again.
    /// </summary>
    public TimeSpan? MaxTime
    {
        get;
        init =>
            field =
                value is null || value > TimeSpan.Zero
                    ? value
                    : throw new ArgumentOutOfRangeException(
                        nameof(MaxTime),
                        value,
                        $"{nameof(MaxTime)} is {value}; it must be above 0, or null for any time."
                    );
    }

    /// <summary>The seed of everything random: which images are read and held out, the batches, and the order of the weights.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Receives how far the search is: when a sweep begins and ends, and at most five times a second between; null, the default, for none.
    /// </summary>
    public IProgress<TernaryProgress>? Progress { get; init; }

    /// <summary>
    /// Stops the search within one trial, or after the measurements before and after it; <see cref="OnCancel"/> decides what follows.
    /// </summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>
    /// The result of a cancelled search: <see cref="OperationCanceledException"/>, the default, or the best weights so far. While images
    /// are read and the network computes features there are no such weights, and the exception is thrown in any case.
    /// </summary>
    public CancellationOutcome OnCancel
    {
        get;
        init => field = Require.Named(value);
    } = CancellationOutcome.Throw;
}
