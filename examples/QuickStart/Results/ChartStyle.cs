using SkiaSharp;

namespace QuickStart.Results;

/// <summary>
/// Colours of the chart. Blue and orange are Okabe and Ito's, which colour-blind readers tell apart and which also
/// differ in lightness, for print; figures take a darker shade of them so that they stay legible.
/// </summary>
internal static class ChartStyle
{
    public static readonly SKColor Paper = SKColors.White;
    public static readonly SKColor Ink = new(31, 35, 40);
    public static readonly SKColor QuietInk = new(101, 109, 118);
    public static readonly SKColor Grid = new(230, 233, 236);
    public static readonly SKColor Baseline = new(140, 149, 159);

    public static readonly SKColor Plain = new(0, 114, 178);
    public static readonly SKColor PlainFigure = new(0, 92, 146);
    public static readonly SKColor Ours = new(230, 159, 0);
    public static readonly SKColor OursFigure = new(150, 98, 0);
}
