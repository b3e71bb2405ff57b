using MLNet.Procrustean.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>The last layer of a network: pooled features [B, D] become logits [B, C].</summary>
internal abstract class Head : nn.Module<Tensor, Tensor>
{
    protected Head(string name, long features, long classes, Device? device)
        // drawn by WeightInitialisation
        : base(name) => register_parameter("weight", nn.Parameter(zeros(classes, features, device: device)));

    public abstract ClassifierHead Kind { get; }

    /// <summary>w, [C, D]. Looked up each time, since moving the module to a GPU replaces it.</summary>
    public Parameter Weight => get_parameter("weight")!;

    /// <summary>b, [C].</summary>
    public abstract Tensor Bias { get; }

    /// <summary>The weight [C, D] and bias [C] with which logits are a linear map of <see cref="Features"/>.</summary>
    public abstract (Tensor Weight, Tensor Bias) LinearMap { get; }

    /// <summary>The input of the linear map, [B, D], for pooled features [B, D].</summary>
    public abstract Tensor Features(Tensor pooled);

    public static Head Of(ClassifierHead kind, int features, int classes, Device? device) =>
        kind == ClassifierHead.Cosine ? new CosineHead(features, classes, device) : new LinearHead(features, classes, device);
}

/// <summary>z_c = w_c · h + b_c.</summary>
internal sealed class LinearHead : Head
{
    public LinearHead(long features, long classes, Device? device = null)
        : base(nameof(LinearHead), features, classes, device) => register_parameter("bias", nn.Parameter(zeros(classes, device: device)));

    public override ClassifierHead Kind => ClassifierHead.Linear;

    public override Tensor Bias => get_parameter("bias")!;

    public override (Tensor Weight, Tensor Bias) LinearMap => (Weight, Bias);

    public override Tensor Features(Tensor pooled) => pooled;

    public override Tensor forward(Tensor pooled) => nn.functional.linear(pooled, Weight, Bias); // [B, D] → [B, C]
}

/// <summary>z_c = s · cos(w_c, h) + b_c.</summary>
/// <remarks>
/// Cao, Wei, Gaidon, Arechiga, Ma, "Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss" (arXiv 1906.07413), use it with
/// s = 30. The bias stays 0 in training; it is there for corrections of a trained model.
/// </remarks>
internal sealed class CosineHead : Head
{
    /// <summary>s: without it, softmax of cosines could not get near 0 or 1.</summary>
    public const double Scale = 30;

    public CosineHead(long features, long classes, Device? device = null)
        : base(nameof(CosineHead), features, classes, device) => register_buffer("bias", zeros(classes, device: device));

    public override ClassifierHead Kind => ClassifierHead.Cosine;

    public override Tensor Bias => get_buffer("bias")!;

    public override (Tensor Weight, Tensor Bias) LinearMap => (Unit(Weight).Times(Scale), Bias);

    public override Tensor Features(Tensor pooled) => Unit(pooled);

    public override Tensor forward(Tensor pooled) => nn.functional.linear(Unit(pooled), Unit(Weight).Times(Scale), Bias); // [B, D] → [B, C]

    /// <summary>Rows [N, D] normalised to length 1; a row of zeros stays zero.</summary>
    private static Tensor Unit(Tensor rows) => nn.functional.normalize(rows, p: 2, dim: 1);
}
