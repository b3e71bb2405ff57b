using static TorchSharp.torch;

namespace MLNet.Procrustean.Rules;

/// <summary>How the images of one mini-batch, or of one of its parts, are mixed.</summary>
/// <param name="Stage">Before which stage: see <see cref="MixingDepth.Draw"/>.</param>
/// <param name="Partners">π, [B], int64.</param>
/// <param name="Lambda">λ, [B].</param>
/// <param name="Mu">μ, [B], or null.</param>
internal sealed record DrawnMixing(int Stage, Tensor Partners, Tensor Lambda, Tensor? Mu);
