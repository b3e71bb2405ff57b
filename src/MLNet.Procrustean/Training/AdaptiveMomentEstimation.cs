using MLNet.Procrustean.Numerics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>
/// Adam with decoupled weight decay: m ← β₁ · m + (1 − β₁) · g, v ← β₂ · v + (1 − β₂) · g², both from 0, and
/// w ← w − r · (m̂ / (√v̂ + ε) + d · w) with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ).
/// </summary>
/// <remarks>
/// Kingma, Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015 (arXiv 1412.6980), algorithm 1, with its β₂ = 0.999 and ε = 10⁻⁸;
/// the decay of Loshchilov, Hutter, "Decoupled Weight Decay Regularization", ICLR 2019 (arXiv 1711.05101), algorithm 2, where the schedule
/// multiplies the decay too.
/// </remarks>
/// <param name="parameters">w, whose gradients are g, and for each the factor that r is multiplied by.</param>
/// <param name="momentum">β₁, from 0 to below 1.</param>
/// <param name="weightDecay">d, from 0 to 1.</param>
internal sealed class AdaptiveMomentEstimation(
    IEnumerable<(Parameter Weight, double Factor)> parameters,
    double momentum,
    double weightDecay
) : GradientDescent(parameters, FirstMoment, SecondMoment)
{
    private const string FirstMoment = "first_moment";
    private const string SecondMoment = "second_moment";
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;
    private readonly Scalar beta1 = momentum.ToScalar();
    private readonly Scalar beta2 = Beta2.ToScalar();
    private readonly Scalar epsilon = Epsilon.ToScalar();

    public override void Step(double learningRate, long number)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (first, second) = (Moments[FirstMoment], Moments[SecondMoment]);
        if (first.Count == 0)
        {
            first.AddRange(Weights.Select(weight => zeros_like(weight).DetachFromDisposeScope()));
            second.AddRange(Weights.Select(weight => zeros_like(weight).DetachFromDisposeScope()));
        }

        using var newOfFirst = (1 - momentum).ToScalar();
        using var newOfSecond = (1 - Beta2).ToScalar();
        using var root = (1 / Math.Sqrt(1 - Math.Pow(Beta2, number))).ToScalar(); // √v̂ = √v · this
        foreach (var (i, (weight, factor)) in WeightsWithFactors.Index())
        {
            var rate = learningRate * factor;
            using var kept = (1 - (rate * weightDecay)).ToScalar();
            using var step = (-rate / (1 - Math.Pow(momentum, number))).ToScalar();
            first[i].mul_(beta1).add_(weight.grad!, newOfFirst);
            second[i].mul_(beta2).addcmul_(weight.grad!, weight.grad!, newOfSecond);
            weight.mul_(kept).addcdiv_(first[i], second[i].sqrt().mul_(root).add_(epsilon, KeptNumbers.One), step);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        beta1.Dispose();
        beta2.Dispose();
        epsilon.Dispose();
    }
}
