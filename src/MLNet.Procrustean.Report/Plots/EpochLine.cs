using MLNet.Procrustean.Report.Runs;
using OxyPlot;

namespace MLNet.Procrustean.Report.Plots;

/// <summary>One line of a chart over epochs; a value that is not finite is a gap.</summary>
internal sealed record EpochLine(IReadOnlyList<(int Epoch, double Value)> Points, OxyColor Colour)
{
    /// <summary>The points that are drawn.</summary>
    public IReadOnlyList<(double Epoch, double Value)> Drawn => EpochMedians.Of(Points);

    public double Thickness { get; init; } = RunMark.LineThickness(isHollow: false);

    public double[] Dashes { get; init; } = [];

    public MarkerType Marker { get; init; } = MarkerType.None;

    public double MarkerSize { get; init; } = 3.6;

    /// <summary>The colour of the line's name; a darker one where the line's own is too light to be read.</summary>
    public OxyColor? TextColour { get; init; }
}
