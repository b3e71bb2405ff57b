using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>
/// A classifier in named parts: the stem takes the image; residual stages, pooling and the head follow, which gives the logits.
/// </summary>
internal sealed class StagedNetwork : nn.Module<Tensor, Tensor>
{
    /// <summary>How the names of the head's weights begin.</summary>
    public const string HeadPrefix = "fc.";

    // In a tuple: TorchSharp registers modules in fields as parts under the fields' names.
    private readonly (Stem Stem, IReadOnlyList<nn.Module<Tensor, Tensor>> Stages, nn.Module<Tensor, Tensor> Pool, Head Head) parts;

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

    /// <summary>
    /// How many of the first parts are frozen: 0 for none, 1 for the stem, 1 + the number of stages for all but the head.
    /// </summary>
    public int FrozenParts { get; private set; }

    /// <summary>Whether batch normalisation uses its running statistics in training too, and leaves them as they are.</summary>
    public bool KeepsStatistics { get; set; }

    /// <summary>The weights that training changes, with the names that they have in a model file.</summary>
    public IEnumerable<(string Name, Parameter Weight)> TrainedWeights => named_parameters().Where(named => named.parameter.requires_grad);

    /// <summary>The parts in the order in which an image passes them: the stem, the stages, the head.</summary>
    private IEnumerable<nn.Module> InOrder => [Stem, .. Stages, Head];

    /// <summary>Logits [B, C] of images [B, channels, S, S].</summary>
    public override Tensor forward(Tensor images) => Forward(images);

    /// <summary>Logits [B, C] of images [B, channels, S, S].</summary>
    /// <param name="images">The normalised images.</param>
    /// <param name="beforeStage">
    /// (k, h) → h̃, called before each stage: for k = 0 with the images, for k from 1 on with the input of residual stage k, and for one
    /// more than there are stages with the pooled features. Null changes nothing.
    /// </param>
    public Tensor Forward(Tensor images, Func<int, Tensor, Tensor>? beforeStage = null) => ForwardFrom(0, images, beforeStage);

    /// <summary>Logits [B, C] of what the first parts have made of images: see <see cref="Through"/>.</summary>
    /// <param name="parts">How many parts: 0 for none, so that the features are the images themselves.</param>
    /// <param name="features">The output of these parts.</param>
    /// <param name="beforeStage">As for images; not called for stages that have been passed already.</param>
    public Tensor ForwardFrom(int parts, Tensor features, Func<int, Tensor, Tensor>? beforeStage = null)
    {
        var h = Pass(parts, Stages.Count + 1, features, beforeStage);
        var pooled = parts > Stages.Count + 1 ? h : Pool.call(h);
        return Head.call(beforeStage?.Invoke(Stages.Count + 1, pooled) ?? pooled);
    }

    /// <summary>What the first parts make of images [B, channels, S, S]: the input of the part that follows.</summary>
    /// <param name="parts">
    /// 0 for the images themselves, 1 for the stem, k + 1 for k stages too; one more than all of these for the pooled features, [B, D].
    /// </param>
    /// <param name="images">The normalised images, or what earlier parts have made of them.</param>
    /// <param name="from">How many parts have made them; 0 for images.</param>
    public Tensor Through(int parts, Tensor images, int from = 0)
    {
        var h = Pass(from, Math.Min(parts, Stages.Count + 1), images, null);
        return parts > Stages.Count + 1 ? Pool.call(h) : h;
    }

    /// <summary>How many parts an image has passed when its features are pooled: see <see cref="Through"/>.</summary>
    public int PartsBeforeHead => Stages.Count + 2;

    /// <summary>The pooled features [B, D] of images [B, channels, S, S]: the input of the head.</summary>
    public Tensor Pooled(Tensor images) => Through(PartsBeforeHead, images);

    /// <summary>The weights and running statistics of the parts that make these features: see <see cref="Through"/>.</summary>
    public IEnumerable<(string Name, Tensor Values)> WeightsThrough(int parts)
    {
        IEnumerable<nn.Module> passed =
        [
            .. InOrder.Take(Math.Min(parts, Stages.Count + 1)),
            .. parts > Stages.Count + 1 ? [Pool] : Array.Empty<nn.Module>(),
        ];
        return passed.SelectMany((part, index) => part.state_dict().Select(named => ($"{index}.{named.Key}", named.Value)));
    }

    /// <summary>The input of the head's linear map, [B, D], for images [B, channels, S, S].</summary>
    public Tensor Features(Tensor images) => Head.Features(Pooled(images));

    /// <summary>How many parts lie between a weight and the logits: 0 for the head, 1 for the last stage and the pooling.</summary>
    public int DistanceFromHead(Parameter weight) =>
        Owns(Pool, weight) ? 1 : InOrder.Reverse().Index().First(part => Owns(part.Item, weight)).Index;

    /// <summary>
    /// Permanently freezes the first parts, the stem and then one stage after the other: they get no gradients, and their batch
    /// normalisation stays in evaluation mode while the rest trains. Call it before the optimizer is created.
    /// </summary>
    /// <param name="parts">
    /// How many: 0 for no part, 1 for the stem, 1 + the number of stages for all but the head; the pooling belongs to the last stage.
    /// </param>
    public void Freeze(int parts)
    {
        FrozenParts = parts;
        foreach (var weight in Frozen.SelectMany(part => part.parameters()))
        {
            weight.requires_grad = false;
        }

        train(training);
    }

    public override void train(bool on = true)
    {
        base.train(on);
        foreach (var part in KeepsStatistics ? modules().OfType<BatchNormalisation>() : Frozen)
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

    private IEnumerable<nn.Module> Frozen => FrozenParts > Stages.Count ? [.. InOrder.Take(FrozenParts), Pool] : InOrder.Take(FrozenParts);

    private static bool Owns(nn.Module part, Parameter weight) => part.parameters().Any(own => own.Handle == weight.Handle);

    // The parts from one, counted from 0, up to another one, without it.
    private Tensor Pass(int from, int to, Tensor h, Func<int, Tensor, Tensor>? beforeStage)
    {
        for (var part = from; part < to; part++)
        {
            var input = beforeStage?.Invoke(part, h) ?? h;
            h = part == 0 ? Stem.call(input) : Stages[part - 1].call(input);
        }

        return h;
    }
}
