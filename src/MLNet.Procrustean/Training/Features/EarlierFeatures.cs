using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Features;

/// <summary>Features that the first parts have made, from which those of later parts are computed.</summary>
/// <param name="Parts">How many parts.</param>
/// <param name="Of">(numbers of images, view of each) → their features as the network takes them, [B, ...].</param>
internal sealed record EarlierFeatures(int Parts, Func<Tensor, Tensor, Tensor> Of);
