using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Numerics;

/// <summary>
/// Arithmetic of tensors with numbers that is correct even when other threads of the program trigger garbage collections.
/// </summary>
/// <remarks>
/// TorchSharp 0.107 hands a number to native code in a <see cref="Scalar"/>, also the factor 1 that hides in every addition, and does not
/// keep that object alive during the call. A collection at that moment frees it, and the native code reads freed memory: an exception at
/// best, a wrong number at worst. Here each number is kept until the call has returned. Subtraction of tensors takes no such number.
/// </remarks>
internal static class KeptNumbers
{
    /// <summary>1, never freed: the alpha of an addition.</summary>
    public static readonly Scalar One = 1.ToScalar();

    public static Tensor Plus(this Tensor tensor, Tensor other) => tensor.add(other, One);

    public static Tensor Plus(this Tensor tensor, double number)
    {
        using var kept = number.ToScalar();
        return tensor.add(kept, One);
    }

    public static Tensor PlusInPlace(this Tensor tensor, Tensor other) => tensor.add_(other, One);

    public static Tensor Times(this Tensor tensor, double factor)
    {
        using var kept = factor.ToScalar();
        return tensor.mul(kept);
    }

    public static Tensor Squared(this Tensor tensor) => tensor.mul(tensor);

    public static Tensor ToThePower(this Tensor tensor, double exponent)
    {
        using var kept = exponent.ToScalar();
        return tensor.pow(kept);
    }

    public static Tensor AtLeast(this Tensor tensor, double smallest)
    {
        using var kept = smallest.ToScalar();
        return tensor.clamp_min(kept);
    }

    public static Tensor AtMost(this Tensor tensor, double largest)
    {
        using var kept = largest.ToScalar();
        return tensor.clamp_max(kept);
    }
}
