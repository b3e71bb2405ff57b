using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Rules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>A classifier as an explicit list of stages, before any of which the features of a mini-batch can be mixed.</summary>
/// <remarks>The stem takes the image; residual stages, pooling and the classifier follow, which gives the logits.</remarks>
internal sealed class StagedNetwork : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor>[] stages;

    public StagedNetwork(params (string Name, nn.Module<Tensor, Tensor> Module)[] stages)
        : base(nameof(StagedNetwork))
    {
        this.stages = [.. stages.Select(stage => stage.Module)];
        foreach (var (name, module) in stages)
        {
            register_module(name, module);
        }
    }

    /// <summary>The convolution that takes the image.</summary>
    public Convolution Stem => modules().OfType<Convolution>().First();

    /// <summary>The weights that training changes, with the names that they have in a model file.</summary>
    public IEnumerable<(string Name, Parameter Weight)> TrainedWeights => named_parameters().Where(named => named.parameter.requires_grad);

    public ClassifierHead Head => stages[^1] is CosineLinear ? ClassifierHead.Cosine : ClassifierHead.Linear;

    /// <summary>The classifier's own weight [C, D] and bias [C].</summary>
    public (Tensor Weight, Tensor Bias) Classifier =>
        stages[^1] is CosineLinear normalised
            ? (normalised.Weight, normalised.Bias)
            : (((Linear)stages[^1]).weight, ((Linear)stages[^1]).bias!);

    /// <summary>The weight [C, D] and bias [C] with which logits are a linear map of <see cref="PooledFeatures"/>.</summary>
    public (Tensor Weight, Tensor Bias) LinearMap =>
        stages[^1] is CosineLinear normalised
            ? (CosineLinear.Unit(normalised.Weight).Times(CosineLinear.Scale), normalised.Bias)
            : Classifier;

    /// <summary>Takes each batch normalisation into the convolution before it: the same logits but for rounding, in evaluation only, and faster.</summary>
    public void Fold()
    {
        Convolution? before = null;
        foreach (var module in modules())
        {
            if (module is BatchNormalisation normalisation)
            {
                normalisation.FoldInto(before!); // each one follows its convolution in the list of modules as in the network
            }

            before = module as Convolution;
        }
    }

    public override Tensor forward(Tensor images) => Forward(images, mixing: null);

    /// <summary>Pooled features [B, D] of images [B, channels, S, S]; those that a normalised head takes have length 1.</summary>
    public Tensor PooledFeatures(Tensor images)
    {
        var features = stages[..^1].Aggregate(images, (h, stage) => stage.call(h));
        return Head == ClassifierHead.Cosine ? CosineLinear.Unit(features) : features;
    }

    /// <summary>Logits [B, C] of images [B, channels, S, S], with the features mixed before one stage.</summary>
    public Tensor Forward(Tensor images, BatchMixing? mixing)
    {
        var h = images;
        for (var stage = 0; stage < stages.Length; stage++)
        {
            if (mixing?.Stage == stage)
            {
                h = mixing.Apply(h);
            }

            h = stages[stage].call(h);
        }

        return h;
    }
}
