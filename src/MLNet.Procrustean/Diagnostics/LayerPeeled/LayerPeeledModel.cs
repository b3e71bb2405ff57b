using System.Collections.Immutable;
using MLNet.Procrustean.Diagnostics.LayerPeeled;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>
/// The layer-peeled model: predicts, from class counts alone, the classifier of a network that is trained to the end, and when minority
/// collapse sets in.
/// </summary>
/// <remarks>
/// <para>
/// Fang, He, Long, Su, "Exploring Deep Neural Networks via Layer-Peeled Model: Minority Collapse in Imbalanced Training", PNAS 2021,
/// https://arxiv.org/abs/2101.12699. The features h, free of the network that makes them, and the classifier W solve
/// </para>
/// <para>minimise Σ_k (n_k/N) · CE(W h_k, k)  with  (1/K) Σ_k ‖h_k‖² ≤ E_H  and  (1/K) Σ_k ‖w_k‖² ≤ E_W.</para>
/// <para>
/// With at least as many features as classes this is the convex problem: minimise Σ_k (n_k/N) · CE(Z_k, k) over the logits Z = H Wᵀ with
/// ‖Z‖_* ≤ K √(E_H · E_W), and W Wᵀ is proportional to (Zᵀ Z)^½. There is no bias and no weight decay.
/// </para>
/// </remarks>
public sealed record LayerPeeledModel
{
    // Round-off leaves norms of about 1e-15 where the optimum has none.
    private const double RelativeNormOfCollapsed = 1e-6;

    /// <summary>E_H, the bound on the mean of ‖h‖² over the classes; above 0. The default is 5, as in the paper.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a finite number above 0.</exception>
    public double FeatureEnergy
    {
        get;
        init => field = Require.Positive(value, nameof(FeatureEnergy));
    } = 5;

    /// <summary>E_W, the bound on the mean of ‖w‖² over the classes; above 0. The default is 1, as in the paper.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not a finite number above 0.</exception>
    public double ClassifierEnergy
    {
        get;
        init => field = Require.Positive(value, nameof(ClassifierEnergy));
    } = 1;

    /// <summary>Predicts the lengths of the class classifiers and the angles between them.</summary>
    /// <remarks>It takes a fraction of a second for tens of classes and some seconds for a hundred.</remarks>
    /// <param name="counts">
    /// n_k, the number of training images of each class, or its weight in the loss: at least two, each a finite number above 0. Only their
    /// proportions matter.
    /// </param>
    /// <returns>Norms and cosines, in the order of <paramref name="counts"/>.</returns>
    /// <exception cref="ArgumentException">There are fewer than two counts, or one is not a finite number above 0.</exception>
    /// <exception cref="ArithmeticException">
    /// The energies are so large (their product beyond about 10⁵) that rounding hides the optimum.
    /// </exception>
    public LayerPeeledPrediction Predict(IReadOnlyList<double> counts)
    {
        var shares = Shares(counts);
        var classes = shares.Length;
        using var scope = NewDisposeScope();
        var (_, s, vt) = LayerPeeledLogits.Solve(shares, Radius(classes));
        // a column for each class, [K, K]
        var classifier = vt.mul(tensor(s).Times(classes * ClassifierEnergy / s.Sum()).sqrt().unsqueeze(1));
        var gram = classifier.T.mm(classifier).data<double>().ToArray();

        double[] norms = [.. Enumerable.Range(0, classes).Select(c => Math.Sqrt(gram[(c * classes) + c]))];
        norms = Array.ConvertAll(norms, norm => norm > RelativeNormOfCollapsed * Math.Sqrt(ClassifierEnergy) ? norm : 0);
        double? Cosine(int c, int d) =>
            norms[c] == 0 || norms[d] == 0 ? null
            : c == d ? 1
            : Math.Clamp(gram[(c * classes) + d] / (norms[c] * norms[d]), -1, 1);
        return new()
        {
            ClassifierNorms = [.. norms],
            Cosines =
            [
                .. Enumerable.Range(0, classes).Select(c => Enumerable.Range(0, classes).Select(d => Cosine(c, d)).ToImmutableArray()),
            ],
        };
    }

    /// <summary>
    /// R₀: the ratio of major to minor counts beyond which the minor classifiers are all parallel, so that no image of one can be
    /// distinguished from another's (minority collapse).
    /// </summary>
    /// <param name="majorClasses">K_A, the number of classes with the large count: at least 1.</param>
    /// <param name="minorClasses">K_B, the number of classes with the small one: at least 2.</param>
    /// <returns>R₀, above 1; ∞ where it is beyond the largest number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are too few classes.</exception>
    public double CollapseRatio(int majorClasses, int minorClasses) =>
        MinorityCollapse.Ratio(
            Require.AtLeast(majorClasses, 1, nameof(majorClasses)),
            Require.AtLeast(minorClasses, 2, nameof(minorClasses)),
            Radius((double)majorClasses + minorClasses)
        );

    /// <summary>
    /// The oversampling that undoes minority collapse: the smallest weight w ≥ 1 of each minor image that brings the effective ratio R / w
    /// down to R₀.
    /// </summary>
    /// <remarks>
    /// R₀ is where the minor classifiers begin to separate; more weight separates them further, and w = R makes the classes equal.
    /// </remarks>
    /// <param name="imbalanceRatio">R, the ratio of major to minor counts: at least 1.</param>
    /// <param name="majorClasses">K_A, at least 1.</param>
    /// <param name="minorClasses">K_B, at least 2.</param>
    /// <returns>max(1, R / R₀).</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public double OversamplingRate(double imbalanceRatio, int majorClasses, int minorClasses) =>
        Math.Max(1, Require.FiniteAtLeast(imbalanceRatio, 1, nameof(imbalanceRatio)) / CollapseRatio(majorClasses, minorClasses));

    /// <summary>The smallest weight w ≥ 1 of each minor image that brings the effective ratio R / w down to a wanted one.</summary>
    /// <param name="imbalanceRatio">R, the ratio of major to minor counts: at least 1.</param>
    /// <param name="wantedRatio">The effective ratio that is wanted: at least 1.</param>
    /// <returns>max(1, R / wanted).</returns>
    /// <exception cref="ArgumentOutOfRangeException">A ratio is out of range.</exception>
    public static double OversamplingRate(double imbalanceRatio, double wantedRatio) =>
        Math.Max(
            1,
            Require.FiniteAtLeast(imbalanceRatio, 1, nameof(imbalanceRatio)) / Require.FiniteAtLeast(wantedRatio, 1, nameof(wantedRatio))
        );

    private double Radius(double classes) => classes * Math.Sqrt(FeatureEnergy) * Math.Sqrt(ClassifierEnergy);

    private static double[] Shares(IReadOnlyList<double> counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Count < 2)
        {
            throw new ArgumentException($"Classification takes at least two classes: there are {counts.Count} counts.", nameof(counts));
        }

        foreach (var (c, count) in counts.Index())
        {
            if (!(count > 0 && double.IsFinite(count)))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"The count of class {c} (counted from 0) is {count}; it must be a finite number above 0."),
                    nameof(counts)
                );
            }
        }

        var largest = counts.Max(); // divided out first, so that the sum does not overflow
        var sum = counts.Sum(count => count / largest);
        return [.. counts.Select(count => count / largest / sum)];
    }
}
