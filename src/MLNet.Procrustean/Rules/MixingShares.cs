using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>Decides the shares of one mini-batch.</summary>
/// <param name="labels">y, [B], int64.</param>
/// <param name="partnerLabels">y_{π(i)}, [B], int64: the labels of the images that each one is mixed with.</param>
/// <param name="random">For what is drawn; on the CPU.</param>
/// <returns>The shares.</returns>
public delegate MixingShares SharesOfBatch(Tensor labels, Tensor partnerLabels, Generator random);

/// <summary>What each image of a mini-batch keeps of its own features and of its own label.</summary>
/// <param name="Features">λ, [B], from 0 to 1: h̃_i = λ_i · h_i + (1 − λ_i) · h_{π(i)}.</param>
/// <param name="Labels">μ, [B], from 0 to 1: the loss is μ_i · ℓ(z_i, y_i) + (1 − μ_i) · ℓ(z_i, y_{π(i)}); null when each image keeps its label.</param>
public readonly record struct MixingShares(Tensor Features, Tensor? Labels = null);
