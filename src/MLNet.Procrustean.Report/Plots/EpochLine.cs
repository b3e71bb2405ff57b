using OxyPlot;

namespace MLNet.Procrustean.Report.Plots;

/// <summary>One line of a chart over epochs; a value that is not finite is a gap.</summary>
internal sealed record EpochLine(IReadOnlyList<(int Epoch, double Value)> Points, OxyColor Colour)
{
    public double Thickness { get; init; } = 2;

    public double[] Dashes { get; init; } = [];

    public MarkerType Marker { get; init; } = MarkerType.None;

    public double MarkerSize { get; init; } = 3.6;

    /// <summary>The colour of the line's name; a darker one where the line's own is too light to be read.</summary>
    public OxyColor? TextColour { get; init; }
}
