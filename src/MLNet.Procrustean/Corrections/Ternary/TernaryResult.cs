namespace MLNet.Procrustean;

/// <summary>A model with ternary weights, and what the search for them found.</summary>
/// <param name="Model">The model. It holds native memory of its own: dispose it when done.</param>
/// <param name="Report">Sizes, changes and accuracy.</param>
public sealed record TernaryResult(ImageClassifierModel Model, TernaryReport Report);
