namespace Benchmark.Peers;

/// <summary>
/// What ML.NET offers without this library: a linear classifier on the features of a network trained on ImageNet, which is not trained
/// further.
/// </summary>
/// <param name="Weighted">Whether a training image of class c weighs 1/n_c, so that all classes weigh the same.</param>
internal sealed record FrozenFeatures(bool Weighted)
{
    public const string Help =
        "Compare with what ML.NET offers without this library, too: frozen-features, maximum entropy on the features of its ResNet-18, and "
        + "frozen-features-weighted, with classes of equal weight; regularisation is chosen on held-out images of each seed. "
        + "A report leaves them out.";

    /// <summary>As on the command line, in the results file and in the table.</summary>
    public string Name => Weighted ? "frozen-features-weighted" : "frozen-features";

    /// <exception cref="FormatException">There is no such peer.</exception>
    public static FrozenFeatures Parse(string name) =>
        Array.Find([new(Weighted: false), new FrozenFeatures(Weighted: true)], peer => peer.Name == name)
        ?? throw new FormatException($"There is no peer '{name}'. There are frozen-features and frozen-features-weighted.");
}
