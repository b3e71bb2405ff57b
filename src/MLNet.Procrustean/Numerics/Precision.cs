namespace MLNet.Procrustean;

/// <summary>
/// The precision of a training's convolutions. Weights, their gradients and steps, statistics, classifier and loss are always in single
/// precision.
/// </summary>
public enum Precision
{
    /// <summary>
    /// <see cref="Bf16"/> where the processor has instructions for it (AVX512-BF16 or AMX), or the GPU (NVIDIA's from compute capability
    /// 8.0 on), otherwise <see cref="Fp32"/>.
    /// </summary>
    Auto,

    /// <summary>
    /// Single precision: 24 bits of mantissa, of which libtorch's convolutions on NVIDIA GPUs from 8.0 on multiply by 11 (TF32). On one
    /// processor it was slower by about a half; it gives the same bits on more kinds of processors.
    /// </summary>
    Fp32,

    /// <summary>The range of single precision with 8 bits of mantissa. Without instructions for it, it is many times slower.</summary>
    Bf16,
}
