using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>Changes weights by their gradients, a step at a time.</summary>
/// <param name="parameters">The weights, and for each the factor that the learning rate is multiplied by.</param>
/// <param name="moments">The names of what it keeps of the gradients of earlier steps, in tensors like the weights.</param>
internal abstract class GradientDescent(IEnumerable<(Parameter Weight, double Factor)> parameters, params string[] moments) : IDisposable
{
    private readonly (Parameter Weight, double Factor)[] weights = [.. parameters];

    public IReadOnlyCollection<Parameter> Weights => [.. weights.Select(one => one.Weight)];

    /// <summary>Each moment of each weight, in the order of the weights; none before the first step.</summary>
    public IReadOnlyDictionary<string, List<Tensor>> Moments { get; } = moments.ToDictionary(name => name, _ => new List<Tensor>());

    protected IReadOnlyList<(Parameter Weight, double Factor)> WeightsWithFactors => weights;

    /// <summary>The one that the options ask for.</summary>
    public static GradientDescent Of(IEnumerable<(Parameter Weight, double Factor)> parameters, ImageClassifierOptions options) =>
        options.Optimizer == Optimizer.Adam
            ? new AdaptiveMomentEstimation(parameters, options.Momentum, options.WeightDecay)
            : new StochasticGradientDescent(parameters, options.Momentum, options.WeightDecay);

    /// <summary>Restores a moment of an earlier training, as copies, one for each weight, or none.</summary>
    public void Restore(string moment, IEnumerable<Tensor> earlier)
    {
        using var noGradient = no_grad();
        Moments[moment].AddRange(Weights.Zip(earlier, (weight, values) => empty_like(weight).copy_(values).DetachFromDisposeScope()));
    }

    /// <summary>Removes the gradients instead of setting them to 0: the backward pass then need not add to them.</summary>
    public void ZeroGrad() => Array.ForEach(weights, one => one.Weight.grad = null);

    /// <summary>One step.</summary>
    /// <param name="learningRate">r.</param>
    /// <param name="number">t: the steps of the whole training so far, with this one.</param>
    public abstract void Step(double learningRate, long number);

    public virtual void Dispose()
    {
        foreach (var moment in Moments.Values.SelectMany(values => values))
        {
            moment.Dispose();
        }
    }
}
