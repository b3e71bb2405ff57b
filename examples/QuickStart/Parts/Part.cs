namespace QuickStart.Parts;

/// <summary>A class of parts: its name, which is also its folder's, and how one specimen is painted.</summary>
internal sealed record Part(string Name, Action<PartPainter, Random> Paint)
{
    /// <summary>
    /// Common parts first. The rare ones resemble them, so that a network which saw few of them takes a gear for a
    /// washer, a spring or a rivet for a bolt, and a wing nut for a nut.
    /// </summary>
    public static IReadOnlyList<Part> All { get; } =
    [
        new("washer", FlatParts.Washer),
        new("nut", FlatParts.Nut),
        new("bolt", LongParts.Bolt),
        new("bracket", FlatParts.Bracket),
        new("gear", FlatParts.Gear),
        new("spring", LongParts.Spring),
        new("rivet", LongParts.Rivet),
        new("wingnut", FlatParts.WingNut),
    ];
}
