using OxyPlot;

namespace MLNet.Procrustean.Report.Runs;

/// <summary>
/// How a run is drawn in every chart: colour, dashes and marker all differ, so that runs can be distinguished in a grey print and by
/// colour-blind readers.
/// </summary>
internal sealed record RunMark(OxyColor Colour, MarkerType Marker, double[] Dashes)
{
    // Okabe and Ito's colours, except the yellow, which can hardly be seen on white paper. https://jfly.uni-koeln.de/color/
    private static readonly OxyColor[] Colours =
    [
        OxyColor.FromRgb(0, 114, 178),
        OxyColor.FromRgb(213, 94, 0),
        OxyColor.FromRgb(0, 158, 115),
        OxyColor.FromRgb(204, 121, 167),
        OxyColor.FromRgb(230, 159, 0),
        OxyColor.FromRgb(86, 180, 233),
        OxyColor.FromRgb(0, 0, 0),
    ];

    private static readonly MarkerType[] Markers = [MarkerType.Circle, MarkerType.Square, MarkerType.Triangle, MarkerType.Diamond];

    // Whole numbers, which no culture writes with a comma. Empty is solid.
    private static readonly double[][] DashesOfRuns =
    [
        [],
        [7, 3],
        [2, 3],
        [9, 3, 2, 3],
        [4, 2],
    ];

    /// <summary>The mark of what several runs share.</summary>
    public static RunMark Shared { get; } = new(OxyColor.FromRgb(0, 0, 0), MarkerType.Circle, [2, 3]);

    /// <summary>
    /// The size at which the marker looks as large as the others: a triangle of the same radius has a third of a square's area.
    /// </summary>
    public double Size =>
        Marker switch
        {
            MarkerType.Triangle => 1.4,
            MarkerType.Diamond => 1.15,
            _ => 1,
        };

    /// <summary>The width of a line in a chart and in its legend; thin where many classes leave no room for hollow dots.</summary>
    public static double LineThickness(bool isHollow) => isHollow ? 1.1 : 2;

    public static RunMark Of(int run) =>
        new(Colours[run % Colours.Length], Markers[run % Markers.Length], DashesOfRuns[run % DashesOfRuns.Length]);
}
