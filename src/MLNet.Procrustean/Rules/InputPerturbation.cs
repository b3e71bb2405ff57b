using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>Changes the images of each mini-batch before the network sees them, so as to make it err on them.</summary>
/// <remarks>
/// It comes after augmentation and before normalisation, mixing and the loss: what is trained on are the changed images with their own
/// labels. While it runs, the network is in evaluation mode: batch normalisation uses its running statistics and leaves them as they are,
/// so that images of a mini-batch do not depend on each other, and nothing that an attack tries on the network remains in it. Nothing is
/// mixed meanwhile.
/// </remarks>
/// <param name="Change">
/// (x, y, z, random) → x̃. The images x, [B, channels, S, S], float32, have whole values from 0 to 255; the labels y are [B], int64. z
/// gives the logits [B, C] of such images, float32, and gradients flow through it to them. The generator is on the CPU. x̃ has the shape of
/// x and values from 0 to 255. It is tried on small images before the training: it takes any B, channels and S.
/// </param>
public sealed record InputPerturbation(Func<Tensor, Tensor, Func<Tensor, Tensor>, Generator, Tensor> Change);
