namespace MLNet.Procrustean.Diagnostics.LayerPeeled;

/// <summary>The imbalance ratio beyond which the layer-peeled model has all minor classifiers parallel, in closed form.</summary>
/// <remarks>
/// <para>
/// Let a major classes weigh R each and b minor ones 1, a + b = K. The optimum is unique up to a constant per row of Z, so it shares the
/// symmetry of the problem, and four numbers describe it: by how much the own logit exceeds the group's others in a major row, α, and in a
/// minor row, ε; the logit of a minor class in a major row, γ, and of a major class in a minor row, δ; rows sum to 0. Then ‖Z‖_* = (a −
/// 1)|α| + (b − 1)|ε| + s with s = √K · √(b γ² + a δ²), and the minor classifiers are parallel exactly if ε = 0.
/// </para>
/// <para>
/// At ε = 0 the loss falls by b − 1 per unit of ε. It becomes the optimum where this is no more than the price λ (b − 1) of nuclear norm:
/// at R₀, λ = 1. With (√b γ, √a δ) = −s / √K · (cos θ, sin θ), the other conditions for an optimum are then
/// </para>
/// <para>q_B = √(a/K) sin θ,  R q_A = √(b/K) cos θ,  R (1 − p_own + p_other) = 1,</para>
/// <para>
/// with q_B the probability that a minor image gives to the majors together, q_A that which a major image gives to the minors together,
/// p_own and p_other those which it gives to its own and to each other major class. Solved one after the other for δ, s, γ, α and R they
/// make the nuclear norm and R₀ functions of θ, and the norm falls from ∞ to 0 while θ rises from 0 to asin √(a/K), where R₀ is 1.
/// </para>
/// </remarks>
internal static class MinorityCollapse
{
    private const int Halvings = 200;

    /// <summary>R₀.</summary>
    /// <param name="majors">a, at least 1.</param>
    /// <param name="minors">b, at least 2.</param>
    /// <param name="radius">The bound on the nuclear norm.</param>
    /// <returns>R₀, above 1; ∞ where it is beyond the largest number.</returns>
    public static double Ratio(int majors, int minors, double radius)
    {
        double low = 0,
            high = Math.Asin(Math.Sqrt((double)majors / (majors + minors)));
        for (var i = 0; i < Halvings; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = At(middle, majors, minors).Norm > radius ? (middle, high) : (low, middle);
        }

        return At(high, majors, minors).Ratio;
    }

    private static (double Norm, double Ratio) At(double angle, double a, double b)
    {
        var k = a + b;
        var minorLeak = Math.Sqrt(a / k) * Math.Sin(angle); // q_B = a e^(δK/b) / (a e^(δK/b) + b)
        var delta = b / k * Math.Log(minorLeak / (1 - minorLeak) * (b / a));
        var s = -delta * Math.Sqrt(a * k) / Math.Sin(angle);
        var gamma = -s * Math.Cos(angle) / Math.Sqrt(b * k);

        // q_A / (1 − p_own + p_other) = b g / (a o + b g), with o and g the odds of another major and of a minor class against the own one.
        var share = Math.Sqrt(b / k) * Math.Cos(angle);
        var alpha = (a * Math.Log(share / (1 - share) * (a / b))) - (gamma * k);
        var o = Math.Exp(-alpha);
        var g = Math.Exp((gamma * k / a) - (alpha * (a - 1) / a));
        return (((a - 1) * alpha) + s, (1 + ((a - 1) * o) + (b * g)) / ((a * o) + (b * g)));
    }
}
