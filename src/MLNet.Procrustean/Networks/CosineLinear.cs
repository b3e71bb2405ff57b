using MLNet.Procrustean.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>The classifier of <see cref="ClassifierHead.Cosine"/>: z_c = s · cos(w_c, h) + b_c.</summary>
/// <remarks>
/// Cao, Wei, Gaidon, Arechiga, Ma, "Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss" (arXiv 1906.07413), use it with s = 30.
/// The bias stays 0 in training; it is there for corrections of a trained model.
/// </remarks>
internal sealed class CosineLinear : nn.Module<Tensor, Tensor>
{
    /// <summary>s: without it, softmax of cosines could not come near 0 or 1.</summary>
    public const double Scale = 30;

    public CosineLinear(long features, long classes)
        : base(nameof(CosineLinear))
    {
        register_parameter("weight", nn.Parameter(randn(classes, features)));
        register_buffer("bias", zeros(classes));
    }

    /// <summary>w, [C, D]. Looked up each time, since moving the module to a GPU replaces it.</summary>
    public Parameter Weight => get_parameter("weight")!;

    /// <summary>b, [C].</summary>
    public Tensor Bias => get_buffer("bias")!;

    /// <summary>Rows [N, D] brought to length 1; one that is 0 stays so.</summary>
    public static Tensor Unit(Tensor rows) => nn.functional.normalize(rows, p: 2, dim: 1);

    public override Tensor forward(Tensor features) => nn.functional.linear(Unit(features), Unit(Weight).Times(Scale), Bias); // [B, D] → [B, C]
}
