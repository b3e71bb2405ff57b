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
) : IDisposable
{
    private readonly Parameter[] weights = [.. parameters.Select(one => one.Weight)];
    private readonly double[] factors = [.. parameters.Select(one => one.Factor)];
    private readonly List<Tensor> velocities = [];
    private readonly Scalar momentum = momentum.ToScalar();
    private readonly Scalar weightDecay = weightDecay.ToScalar();

    public IReadOnlyCollection<Parameter> Weights => weights;

    /// <summary>v of each weight; none before the first step.</summary>
    public IReadOnlyList<Tensor> Velocities => velocities;

    /// <summary>Restores the velocities of an earlier training, as copies, one for each weight, or none.</summary>
    public void Restore(IEnumerable<Tensor> earlier)
    {
        using var noGradient = no_grad();
        velocities.AddRange(weights.Zip(earlier, (weight, velocity) => empty_like(weight).copy_(velocity).DetachFromDisposeScope()));
    }

    /// <summary>Removes the gradients instead of setting them to 0: the backward pass then need not add to them.</summary>
    public void ZeroGrad() => Array.ForEach(weights, weight => weight.grad = null);

    /// <summary>One step with the learning rate r.</summary>
    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var rates = factors.Distinct().ToDictionary(factor => factor, factor => (-learningRate * factor).ToScalar());
        var first = velocities.Count == 0;
        for (var i = 0; i < weights.Length; i++)
        {
            var change = weights[i].grad!.add(weights[i], weightDecay); // g + d · w
            if (first)
            {
                velocities.Add(change.DetachFromDisposeScope());
            }
            else
            {
                velocities[i].mul_(momentum).PlusInPlace(change);
            }

            weights[i].add_(velocities[i], rates[factors[i]]);
        }

        foreach (var rate in rates.Values)
        {
            rate.Dispose();
        }
    }

    public void Dispose()
    {
        velocities.ForEach(velocity => velocity.Dispose());
        momentum.Dispose();
        weightDecay.Dispose();
    }
}
