using static TorchSharp.torch;

namespace MLNet.Procrustean.Diagnostics.LayerPeeled;

/// <summary>The matrices Z with ‖Z‖_* ≤ r: the sum of their singular values is at most a radius.</summary>
internal static class NuclearNormBall
{
    /// <summary>The nearest matrix of the ball, U · diag(s) · Vᵀ: it keeps the singular vectors and shrinks the singular values.</summary>
    /// <param name="matrix">[K, K], float64.</param>
    /// <param name="radius">r, above 0.</param>
    /// <returns>U, [K, K]; s, [K], where what has shrunk to 0 is exactly 0; Vᵀ, [K, K].</returns>
    public static (Tensor U, double[] S, Tensor Vt) Project(Tensor matrix, double radius)
    {
        var (u, s, vt) = linalg.svd(matrix, fullMatrices: false);
        return (u, Shrink(s.data<double>().ToArray(), radius), vt);
    }

    /// <summary>
    /// The nearest values in the ℓ₁ ball: max(v_i − θ, 0), with the one θ that makes their sum the radius; unchanged where it is less
    /// already.
    /// </summary>
    /// <remarks>
    /// Duchi, Shalev-Shwartz, Singer, Chandra, "Efficient Projections onto the ℓ1-Ball for Learning in High Dimensions", ICML 2008, figure
    /// 1.
    /// </remarks>
    /// <param name="values">v, none below 0, in any order.</param>
    /// <param name="radius">The radius, above 0.</param>
    /// <returns>The nearest values, in the order of v.</returns>
    public static double[] Shrink(double[] values, double radius)
    {
        if (values.Sum() <= radius)
        {
            return values;
        }

        double sum = 0,
            threshold = 0; // θ
        foreach (var (index, value) in values.OrderDescending().Index())
        {
            sum += value;
            if (value <= (sum - radius) / (index + 1))
            {
                break;
            }

            threshold = (sum - radius) / (index + 1);
        }

        return Array.ConvertAll(values, value => Math.Max(value - threshold, 0));
    }

    /// <summary>
    /// How far Z is from the minimum on the ball of a convex function that has the gradient G at Z: the maximum over all Z' of the ball of
    /// ⟨G, Z − Z'⟩ / (r · ‖G‖₂).
    /// </summary>
    /// <returns>From 0, at the minimum only, to 2.</returns>
    public static double Gap(Tensor gradient, Tensor matrix, double radius)
    {
        var steepest = radius * linalg.matrix_norm(gradient, 2).item<double>(); // max ⟨−G, Z'⟩, the dual norm
        return 1 + (gradient.mul(matrix).sum().item<double>() / steepest);
    }
}
