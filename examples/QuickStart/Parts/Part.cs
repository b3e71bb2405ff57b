using SkiaSharp;

namespace QuickStart.Parts;

/// <summary>A class of parts: its name, which is also its folder's, and the pieces of one specimen, the lowest first.</summary>
internal sealed record Part(string Name, Func<Random, SKPath[]> Pieces)
{
    /// <summary>
    /// Common parts first. The rare ones resemble them, so that a network which saw few of them takes a gear for a washer, a spring or
    /// a rivet for a bolt, and a wing nut for a nut.
    /// </summary>
    public static IReadOnlyList<Part> All { get; } =
    [
        new("washer", Specimens.Washer),
        new("nut", Specimens.Nut),
        new("bolt", Specimens.Bolt),
        new("bracket", Specimens.Bracket),
        new("gear", Specimens.Gear),
        new("spring", Specimens.Spring),
        new("rivet", Specimens.Rivet),
        new("wingnut", Specimens.WingNut),
    ];
}
