using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Diagnostics.LayerPeeled;

/// <summary>The logits at the optimum of the layer-peeled model, Z = H Wᵀ: row k holds those of an image of class k.</summary>
/// <remarks>
/// <para>minimise f(Z) = Σ_k π_k · CE(Z_k, k) over Z, [K, K], with ‖Z‖_* ≤ r: a convex problem.</para>
/// <para>
/// It is solved by the spectral projected gradient method: Birgin, Martínez, Raydan, "Nonmonotone Spectral Projected Gradient Methods on
/// Convex Sets", SIAM Journal on Optimization 10 (2000), algorithm SPG2. It runs on log f, which has the same minimum: f falls by many
/// orders of magnitude on the way there, and its curvature with it. Some fifty steps are usual.
/// </para>
/// </remarks>
internal static class LayerPeeledLogits
{
    private const double LargestGap = 1e-11;
    private const int MostSteps = 2000;
    private const int LossesRemembered = 10; // M, as in the paper
    private const double SufficientDecrease = 1e-4; // γ, as in the paper

    /// <summary>Solves the problem until <see cref="NuclearNormBall.Gap"/> proves it.</summary>
    /// <param name="shares">π, the share of each class in the training images.</param>
    /// <param name="radius">r.</param>
    /// <returns>The optimum, U · diag(s) · Vᵀ, in the caller's dispose scope; what is 0 in s is exactly 0.</returns>
    /// <exception cref="ArithmeticException">The radius is so large that rounding hides the optimum.</exception>
    public static (Tensor U, double[] S, Tensor Vt) Solve(double[] shares, double radius)
    {
        using var scope = NewDisposeScope();
        var logShares = tensor(shares).log();
        var z = zeros(shares.Length, shares.Length, float64);
        var (loss, gradient) = Objective(z, logShares);
        var losses = new Queue<double>([loss]);
        var step = 1.0;
        for (var i = 0; i < MostSteps; i++)
        {
            var (u, s, vt) = NuclearNormBall.Project(z - gradient.Times(step), radius);
            var next = u.mul(tensor(s)).mm(vt);
            (loss, var nextGradient) = Objective(next, logShares);
            if (NuclearNormBall.Gap(nextGradient, next, radius) <= LargestGap)
            {
                return (u.MoveToOuterDisposeScope(), s, vt.MoveToOuterDisposeScope());
            }

            var direction = next - z;
            var slope = Inner(gradient, direction);
            for (var length = 1.0; loss > losses.Max() + (SufficientDecrease * length * slope); )
            {
                length /= 2;
                next = z.Plus(direction.Times(length));
                (loss, nextGradient) = Objective(next, logShares);
            }

            var moved = next - z;
            var bend = Inner(moved, nextGradient - gradient);
            step = bend > 0 ? Inner(moved, moved) / bend : 10 * step;
            (z, gradient) = (next, nextGradient);
            Remember(losses, loss);
            scope.DisposeEverythingBut(logShares, z, gradient);
        }

        throw NotSolved(radius / shares.Length);
    }

    /// <summary>log f and its gradient.</summary>
    /// <remarks>
    /// Computed from the margins z_kj − z_kk and with logarithms, so that neither loses digits where losses are small, and neither vanishes
    /// where f itself is below the smallest number.
    /// </remarks>
    /// <param name="logits">Z, [K, K], float64.</param>
    /// <param name="logShares">log π, [K].</param>
    /// <returns>log f; π_k · (softmax(Z_k) − e_k) / f in row k, [K, K].</returns>
    public static (double LogLoss, Tensor Gradient) Objective(Tensor logits, Tensor logShares)
    {
        var own = eye(logits.shape[0], dtype: ScalarType.Bool);
        var margins = where(own, tensor(double.NegativeInfinity), logits - logits.diagonal().unsqueeze(1)); // [K, K]
        var exponents = margins.logsumexp(1); // x of CE = log(1 + exp(x)), [K]
        var losses = exponents.logaddexp(zeros_like(exponents)); // CE, [K]
        // log(1 + exp(x)) = exp(x) to the last digit there
        var logLosses = logShares.Plus(where(exponents.lt(tensor(-40.0)), exponents, losses.log()));
        var logLoss = logLosses.logsumexp(0);
        var others = margins.Plus((logShares - losses - logLoss).unsqueeze(1)).exp(); // [K, K], 0 for the class's own
        return (logLoss.item<double>(), others - others.sum(1).diag());
    }

    private static void Remember(Queue<double> losses, double loss)
    {
        losses.Enqueue(loss);
        if (losses.Count > LossesRemembered)
        {
            losses.Dequeue();
        }
    }

    private static ArithmeticException NotSolved(double energy) =>
        new(
            FormattableString.Invariant($"The layer-peeled model was not solved in {MostSteps} steps: √(E_H · E_W) is {energy:g3}, ")
                + "and where this is large, rounding hides the optimum. Take smaller energies."
        );

    private static double Inner(Tensor left, Tensor right) => left.mul(right).sum().item<double>();
}
