using MLNet.Procrustean.Numerics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>
/// Stochastic gradient descent with momentum and weight decay: v ← m · v + g + d · w, w ← w − r · v, where v begins as g + d · w.
/// </summary>
/// <remarks>
/// The same bits as TorchSharp's own, whose numbers a garbage collection can free during a step (<see cref="KeptNumbers"/>).
/// </remarks>
/// <param name="parameters">w, whose gradients are g, and for each the factor that r is multiplied by.</param>
/// <param name="momentum">m, from 0 to 1.</param>
/// <param name="weightDecay">d, from 0 to 1.</param>
internal sealed class StochasticGradientDescent(
    IEnumerable<(Parameter Weight, double Factor)> parameters,
    double momentum,
    double weightDecay
) : GradientDescent(parameters, Velocity)
{
    private const string Velocity = "velocity";
    private readonly Scalar momentum = momentum.ToScalar();
    private readonly Scalar weightDecay = weightDecay.ToScalar();

    public override void Step(double learningRate, long number)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var rates = WeightsWithFactors
            .Select(one => one.Factor)
            .Distinct()
            .ToDictionary(factor => factor, factor => (-learningRate * factor).ToScalar());
        var velocities = Moments[Velocity];
        var first = velocities.Count == 0;
        foreach (var (i, (weight, factor)) in WeightsWithFactors.Index())
        {
            var change = weight.grad!.add(weight, weightDecay); // g + d · w
            if (first)
            {
                velocities.Add(change.DetachFromDisposeScope());
            }
            else
            {
                velocities[i].mul_(momentum).PlusInPlace(change);
            }

            weight.add_(velocities[i], rates[factor]);
        }

        foreach (var rate in rates.Values)
        {
            rate.Dispose();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        momentum.Dispose();
        weightDecay.Dispose();
    }
}
