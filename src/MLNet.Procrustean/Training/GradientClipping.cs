using MLNet.Procrustean.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>Clips the gradient by its norm: g ← g · min(1, c / ‖g‖), with the norm over all weights together.</summary>
/// <remarks>
/// Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks" (arXiv 1211.5063), algorithm 1. A gradient that is
/// not finite stays so.
/// </remarks>
internal static class GradientClipping
{
    /// <summary>Changes the gradients in place.</summary>
    /// <param name="weights">Those that have a gradient.</param>
    /// <param name="longest">c, above 0.</param>
    public static void Clip(IReadOnlyCollection<Parameter> weights, double longest)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var gradients = weights.Select(weight => weight.grad!).ToList();
        var length = stack(gradients.Select(gradient => gradient.Squared().sum())).sum().sqrt(); // on the device: nothing waits for it
        var factor = length.reciprocal().Times(longest).AtMost(1);
        gradients.ForEach(gradient => gradient.mul_(factor));
    }
}
