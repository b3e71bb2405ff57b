using System.Globalization;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace MLNet.Procrustean.Report.Plots;

/// <summary>What all charts have in common: quiet lines, legible text, axes only where they are read.</summary>
internal static class PlotStyle
{
    public const double FontSize = 12;

    public static readonly OxyColor Ink = OxyColor.FromRgb(31, 35, 40);
    public static readonly OxyColor QuietInk = OxyColor.FromRgb(89, 99, 110);
    public static readonly OxyColor Grid = OxyColor.FromRgb(229, 232, 236);
    public static readonly OxyColor Baseline = OxyColor.FromRgb(140, 149, 159);

    public static PlotModel Model(params ReadOnlySpan<Axis> axes)
    {
        var model = new PlotModel
        {
            Culture = CultureInfo.InvariantCulture,
            DefaultFont = "sans-serif", // the page's style sheet overrides it
            DefaultFontSize = FontSize,
            TextColor = QuietInk,
            PlotAreaBorderThickness = new(0),
            Padding = new(4, 8, 14, 4),
        };
        foreach (var axis in axes)
        {
            model.Axes.Add(axis);
        }

        return model;
    }

    /// <summary>A line without points yet, with a marker at each where it is to have one.</summary>
    public static LineSeries Line(
        OxyColor colour,
        double thickness,
        double[] dashes,
        MarkerType marker = MarkerType.None,
        double markerSize = 0
    ) =>
        new()
        {
            Color = colour,
            StrokeThickness = thickness,
            LineStyle = dashes.Length == 0 ? LineStyle.Solid : LineStyle.Dash,
            Dashes = dashes.Length == 0 ? null : dashes,
            MarkerType = marker,
            MarkerSize = markerSize,
            MarkerFill = colour,
            MarkerStroke = OxyColors.White,
            MarkerStrokeThickness = 1,
        };

    /// <summary>Sets an axis of numbers in the common style.</summary>
    public static T Styled<T>(T axis, string title, bool hasGrid = true)
        where T : Axis
    {
        axis.Title = title;
        axis.TitleColor = QuietInk;
        axis.AxisTitleDistance = 12;
        axis.TickStyle = TickStyle.None;
        axis.MinorTickSize = 0;
        axis.AxisTickToLabelDistance = 6;
        axis.MajorGridlineStyle = hasGrid ? LineStyle.Solid : LineStyle.None;
        axis.MajorGridlineColor = Grid;
        axis.MajorGridlineThickness = 1;
        axis.IntervalLength = 55;
        return axis;
    }

    /// <summary>An axis from 0 to 100 % for shares from 0 to 1.</summary>
    public static LinearAxis Share(AxisPosition position, string title) =>
        Styled(
            new LinearAxis
            {
                Position = position,
                Minimum = 0,
                Maximum = 1,
                MinimumPadding = 0,
                MajorStep = 0.25,
                LabelFormatter = value => string.Create(CultureInfo.InvariantCulture, $"{100 * value:0} %"),
            },
            title
        );

    /// <summary>An axis from 0 to a little above the largest value.</summary>
    public static LinearAxis FromZero(AxisPosition position, string title, IEnumerable<double> values) =>
        Styled(
            new LinearAxis
            {
                Position = position,
                Minimum = 0,
                Maximum = 1.06 * Largest(values),
                LabelFormatter = Plain,
            },
            title
        );

    /// <summary>A logarithmic axis around the values and around another value that must be visible.</summary>
    public static RoundLogarithmicAxis Logarithmic(
        AxisPosition position,
        string title,
        IEnumerable<double> values,
        double shown,
        double room = 1.25
    )
    {
        var positive = values.Where(value => value > 0 && double.IsFinite(value)).Append(shown).ToList();
        return Styled(
            new RoundLogarithmicAxis
            {
                Position = position,
                Minimum = positive.Min() / 1.25,
                Maximum = positive.Max() * room,
                LabelFormatter = Plain,
            },
            title
        );
    }

    public static string Plain(double value) => value.ToString(Math.Abs(value) < 10 ? "0.###" : "#,0.#", CultureInfo.InvariantCulture);

    private static double Largest(IEnumerable<double> values) =>
        values.Where(double.IsFinite).Append(0).Max() is var largest and > 0 ? largest : 1;
}
