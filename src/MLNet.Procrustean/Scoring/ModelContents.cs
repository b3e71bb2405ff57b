using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Scoring;

/// <summary>What a model file holds. Nothing of it is of libtorch.</summary>
/// <param name="Texts">Everything that scoring needs apart from the weights.</param>
/// <param name="Weights">The weights and running statistics of the network, by their names in it; not checked against it.</param>
internal sealed record ModelContents(ModelTexts Texts, IReadOnlyList<NamedArray> Weights)
{
    private const string HeadWeight = StagedNetwork.HeadPrefix + "weight";

    /// <summary>D, the number of pooled features.</summary>
    /// <exception cref="InvalidDataException">There are no weights of a head.</exception>
    public int FeatureCount =>
        Weights.FirstOrDefault(array => array.Name == HeadWeight) is { Shape: [_, > 0 and <= int.MaxValue and var features] }
            ? (int)features
            : throw NoHead();

    /// <summary>C, the number of rows of the head's weights.</summary>
    /// <exception cref="InvalidDataException">There are no weights of a head.</exception>
    public static long ClassesOf(SafeTensorsHeader header) =>
        header.Places.Find(place => place.Name == HeadWeight) is { Shape: [var classes, _] } ? classes : throw NoHead();

    public static ModelContents Of(TrainedClassifier classifier, ColumnNames columns) =>
        new(ModelTexts.Of(classifier, columns), NetworkWeights.Capture(classifier.Network));

    /// <summary>The network with its weights, on the CPU, and everything that scoring needs.</summary>
    /// <exception cref="InvalidDataException">The weights are not those of the network.</exception>
    public TrainedClassifier Build()
    {
        CheckSize();
        var (backbone, head, preprocessing, labels, counts, _, averageFlips, temperature) = Texts;
        var network = backbone.Build(preprocessing.Shape.Channels, labels.Names.Length, seed: 0, head);
        try
        {
            NetworkWeights.Restore(Weights, network, backbone.Name);
            return new(network, backbone, preprocessing, labels, counts, averageFlips, temperature);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static InvalidDataException NoHead() => new($"The model is damaged: it has no weights '{HeadWeight}' of two dimensions.");

    // A network that needs more weights than there are is never built: it could be of any size.
    private void CheckSize()
    {
        var (backbone, classes) = (Texts.Backbone, Texts.Labels.Names.Length);
        var needed = (Int128)backbone.CountWeights(Texts.Preprocessing.Shape.Channels, classes) * sizeof(float);
        var found = Weights.Sum(array => (long)array.Bytes.Length);
        if (needed > found)
        {
            throw new InvalidDataException(
                $"The model cannot be used: The backbone {backbone.Name} with {classes} classes takes at least {needed} bytes of weights, "
                    + $"and the file has {found}. It is damaged, or a later MLNet.Procrustean wrote it."
            );
        }
    }
}
