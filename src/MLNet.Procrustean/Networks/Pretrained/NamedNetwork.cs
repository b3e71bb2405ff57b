using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Networks.Pretrained;

/// <summary>Turns the weights of a network into ours by their names: those of torchvision and timm.</summary>
internal static class NamedNetwork
{
    private const string Parallel = "module."; // of PyTorch's DataParallel

    /// <exception cref="InvalidDataException">The weights are not those of a network of this library.</exception>
    public static PublishedWeights Of(List<NamedArray> arrays)
    {
        if (arrays.TrueForAll(array => array.Name.StartsWith(Parallel, StringComparison.Ordinal)))
        {
            arrays = arrays.ConvertAll(array => array with { Name = array.Name[Parallel.Length..] });
        }

        var (backbone, ours) = NamedMobileNetV3.Has(arrays) ? NamedMobileNetV3.Of(arrays) : NamedResNet.Of(arrays);
        return ours.CountBy(array => array.Name).FirstOrDefault(name => name.Value > 1) is { Key: { } twice }
            ? throw new InvalidDataException(
                $"Two of its weights stand for '{twice}' of the backbone {backbone.Name}: its layers are not those. "
                    + "Give a file of a network with the same layers."
            )
            : new(backbone, Counters.Added(ours), PublishedWeights.ImageNetMeans, PublishedWeights.ImageNetDeviations);
    }
}
