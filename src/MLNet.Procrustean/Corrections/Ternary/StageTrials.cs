using MLNet.Procrustean.Networks;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Corrections.Ternary;

/// <summary>Trials in a stage, each of which takes a forward pass from that stage on.</summary>
internal sealed class StageTrials : WeightTrials
{
    private readonly StagedNetwork network;
    private readonly int part;
    private readonly IReadOnlyList<Tensor> inputs;
    private readonly int[] labels;
    private readonly TernaryObjective objective;

    /// <param name="network">In evaluation mode.</param>
    /// <param name="part">The number of the stage.</param>
    /// <param name="inputs">Its input for the batch, in parts that follow each other; disposed with this.</param>
    /// <param name="labels">y, [B].</param>
    /// <param name="objective">What is made smaller.</param>
    public StageTrials(StagedNetwork network, int part, IReadOnlyList<Tensor> inputs, int[] labels, TernaryObjective objective)
    {
        (this.network, this.part, this.inputs, this.labels, this.objective) = (network, part, inputs, labels, objective);
        Current = Measured();
    }

    public override double With(TernaryLayer layer, int index, sbyte value)
    {
        var before = layer.Values[index];
        layer.Set(index, value);
        var measured = Measured();
        layer.Set(index, before);
        return measured;
    }

    protected override void Keep(TernaryLayer layer, int index, sbyte value) => layer.Set(index, value);

    public override void Dispose()
    {
        foreach (var input in inputs)
        {
            input.Dispose();
        }
    }

    private double Measured()
    {
        using var scope = NewDisposeScope();
        return ObjectiveValue.Of(objective, NetworkInputs.ByClass(cat([.. inputs.Select(Logits)])), labels);

        Tensor Logits(Tensor input)
        {
            using var one = NewDisposeScope();
            return network.ForwardFrom(part, input).MoveToOuterDisposeScope();
        }
    }
}
