using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>
/// A classifier in named parts: the stem takes the image; residual stages, pooling and the head follow, which gives the logits.
/// </summary>
internal sealed class StagedNetwork : nn.Module<Tensor, Tensor>
{
    // In a tuple: TorchSharp registers modules in fields as parts under the fields' names.
    private readonly (Stem Stem, IReadOnlyList<nn.Module<Tensor, Tensor>> Stages, nn.Module<Tensor, Tensor> Pool, Head Head) parts;
    private int frozenParts;

    public StagedNetwork(Stem stem, IReadOnlyList<nn.Module<Tensor, Tensor>> stages, nn.Module<Tensor, Tensor> pool, Head head)
        : base(nameof(StagedNetwork))
    {
        parts = (stem, stages, pool, head);
        register_module("stem", stem);
        foreach (var (index, stage) in stages.Index())
        {
            register_module($"layer{index + 1}", stage);
        }

        register_module("pool", pool);
        register_module("fc", head);
    }

    public Stem Stem => parts.Stem;

    public IReadOnlyList<nn.Module<Tensor, Tensor>> Stages => parts.Stages;

    public nn.Module<Tensor, Tensor> Pool => parts.Pool;

    public Head Head => parts.Head;

    /// <summary>The weights that training changes, with the names that they have in a model file.</summary>
    public IEnumerable<(string Name, Parameter Weight)> TrainedWeights => named_parameters().Where(named => named.parameter.requires_grad);

    /// <summary>Logits [B, C] of images [B, channels, S, S].</summary>
    public override Tensor forward(Tensor images) => Forward(images);

    /// <summary>Logits [B, C] of images [B, channels, S, S].</summary>
    /// <param name="images">The normalised images.</param>
    /// <param name="beforeStage">
    /// (k, h) → h̃, called before each stage: for k = 0 with the images, for k from 1 on with the input of residual stage k, and for one
    /// more than there are stages with the pooled features. Null changes nothing.
    /// </param>
    public Tensor Forward(Tensor images, Func<int, Tensor, Tensor>? beforeStage = null) => Head.call(Pooled(images, beforeStage));

    /// <summary>The pooled features [B, D] of images [B, channels, S, S]: the input of the head.</summary>
    /// <param name="images">The normalised images.</param>
    /// <param name="beforeStage">As for <see cref="Forward"/>.</param>
    public Tensor Pooled(Tensor images, Func<int, Tensor, Tensor>? beforeStage = null)
    {
        Tensor Before(int stage, Tensor features) => beforeStage?.Invoke(stage, features) ?? features;
        var h = Stem.call(Before(0, images));
        foreach (var (index, stage) in Stages.Index())
        {
            h = stage.call(Before(index + 1, h));
        }

        return Before(Stages.Count + 1, Pool.call(h));
    }

    /// <summary>The input of the head's linear map, [B, D], for images [B, channels, S, S].</summary>
    public Tensor Features(Tensor images) => Head.Features(Pooled(images));

    /// <summary>
    /// Permanently freezes the first parts, the stem and then one stage after the other: they get no gradients, and their batch
    /// normalisation stays in evaluation mode while the rest trains. Call it before the optimizer is created.
    /// </summary>
    /// <param name="parts">How many: 0 for no part, 1 for the stem, 1 + the number of stages for all but the head.</param>
    public void Freeze(int parts)
    {
        frozenParts = parts;
        foreach (var weight in Frozen.SelectMany(part => part.parameters()))
        {
            weight.requires_grad = false;
        }

        train(training);
    }

    public override void train(bool on = true)
    {
        base.train(on);
        foreach (var part in Frozen)
        {
            part.eval();
        }
    }

    /// <summary>
    /// Folds each batch normalisation into its convolution: faster, for evaluation only, with the same logits except for rounding.
    /// </summary>
    public void Fold()
    {
        foreach (var normalisation in modules().OfType<BatchNormalisation>())
        {
            normalisation.Fold();
        }
    }

    private IEnumerable<nn.Module<Tensor, Tensor>> Frozen => Stages.Prepend(Stem).Take(frozenParts);
}
