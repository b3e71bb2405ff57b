using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Networks;

/// <summary>Batch normalisation of features [B, F, H, W] over B, H and W, with weights and statistics named as in PyTorch.</summary>
/// <remarks>
/// Ioffe, Szegedy, "Batch Normalization" (arXiv 1502.03167). TorchSharp's own module counts its batches with a number that a garbage
/// collection can free during the call (<see cref="KeptNumbers"/>).
/// </remarks>
internal sealed class BatchNormalisation : nn.Module<Tensor, Tensor>
{
    /// <summary>The ε that is added to variances by default.</summary>
    public const double Epsilon = 1e-5;

    private const double Momentum = 0.1;
    private readonly double epsilon;
    private readonly Action<Tensor, Tensor> absorb; // a convolution in a field would be saved as a part of this module
    private bool folded;

    /// <param name="convolution">The convolution whose output it normalises.</param>
    /// <param name="epsilon">ε, which is added to the variances.</param>
    public BatchNormalisation(Convolution convolution, double epsilon = Epsilon)
        : base(nameof(BatchNormalisation))
    {
        this.epsilon = epsilon;
        absorb = convolution.Absorb;
        var (features, device) = (convolution.Weight.shape[0], convolution.Weight.device);
        register_parameter("weight", nn.Parameter(ones(features, device: device)));
        register_parameter("bias", nn.Parameter(zeros(features, device: device)));
        register_buffer("running_mean", zeros(features, device: device));
        register_buffer("running_var", ones(features, device: device));
        register_buffer("num_batches_tracked", zeros([], int64, device));
    }

    /// <summary>The running mean and the running variance, each [F].</summary>
    public IReadOnlyList<Tensor> Statistics => [get_buffer("running_mean")!, get_buffer("running_var")!];

    /// <summary>All that a forward pass in training changes.</summary>
    public IReadOnlyList<Tensor> State => [.. Statistics, get_buffer("num_batches_tracked")!];

    /// <summary>Moves what this does in evaluation into the convolution; from then on, this returns its input unchanged.</summary>
    /// <remarks>(x − μ) · γ / √(σ² + ε) + β = a · x + (β − a · μ), with a = γ / √(σ² + ε).</remarks>
    public void Fold()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var factor = get_parameter("weight")! / get_buffer("running_var")!.Plus(epsilon).sqrt(); // a
        absorb(factor, get_parameter("bias")! - (factor * get_buffer("running_mean")!));
        folded = true;
    }

    // Looked up each time, since moving the module to a GPU replaces them.
    public override Tensor forward(Tensor x)
    {
        if (folded)
        {
            return x.alias(); // a sequence of modules disposes the inputs of its parts
        }

        if (training)
        {
            get_buffer("num_batches_tracked")!.add_(KeptNumbers.One, KeptNumbers.One);
        }

        return nn.functional.batch_norm(
            x,
            get_buffer("running_mean")!,
            get_buffer("running_var")!,
            get_parameter("weight"),
            get_parameter("bias"),
            training,
            Momentum,
            epsilon
        );
    }
}
