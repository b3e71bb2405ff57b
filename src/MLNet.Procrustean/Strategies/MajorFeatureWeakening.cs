using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>
/// Major Feature Weakening (MFW): the features of large classes are weakened by mixing in those of other images, so that these classes are
/// not fitted first.
/// </summary>
/// <remarks>
/// <para>
/// Ye, Zhan, Chao, "Procrustean Training for Imbalanced Deep Learning", ICCV 2021, https://arxiv.org/abs/2104.01769. Before a stage of the
/// network, each image i of class y_i is mixed with another one of its mini-batch, and keeps its label:
/// </para>
/// <para>h̃_i = λ_{y_i} · h_i + (1 − λ_{y_i}) · h_{π(i)}, with π a random permutation of the mini-batch.</para>
/// <para>
/// This was written from the paper's abstract, which fixes neither λ nor the stage. Here λ falls from 1 for the smallest class to λ_min for
/// the largest, and less deeply where the imbalance ratio r = n_max/n_min is below 5, so that nearly equal counts are trained nearly
/// plainly for γ of about 1:
/// </para>
/// <para>λ_c = 1 − (1 − λ_min) · (1 − (n_min/n_c)^γ) / (1 − max(r, 5)^−γ).</para>
/// <para>
/// With <see cref="FollowsProgress"/>, λ depends on the measured progress a_c of the epoch before in the place of the counts
/// (<see cref="EpochContext.TrainingAccuracy"/>), so that classes are weakened while they are ahead: λ_c = 1 − (1 − λ_min) · (a_c −
/// a_min), and 1 in the first epoch. It vanishes by itself where the classes progress alike.
/// </para>
/// <para>Equal counts give λ ≡ 1, which is plain training. Only training is changed: a trained model scores as the plain network.</para>
/// <para>
/// Used alone, it is for strong step imbalance; <see cref="RecommendedStrategy"/> uses it in a weak form. Alone, it did harm in
/// measurements at an imbalance ratio of 10, with hundreds of images of the smallest class, and on a long tail of ratio 100 in 200 epochs:
/// the network learns that an image that is not mixed is of a small class, and images to be scored are never mixed.
/// </para>
/// </remarks>
public sealed record MajorFeatureWeakening : TrainingStrategy
{
    private const double RatioOfFullStrength = 5; // below those of the measurements by which λ_min was chosen, 10 to 100

    /// <summary>Where features are mixed. The default is before stage 2.</summary>
    public MixingDepth Depth { get; init; } = MixingDepth.BeforeStage(2);

    /// <summary>
    /// λ_min: the share of its own features that an image of the largest class keeps where that has five times as many images as the
    /// smallest or more, from 0 to 1. The default is 0.75; 1 is plain training.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The share is out of range.</exception>
    public double MinLambda
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(MinLambda));
    } = 0.75;

    /// <summary>
    /// γ: how strongly classes between the smallest and the largest are weakened; a larger value weakens them more. From 0.01 to 100; the
    /// default is 1.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The exponent is out of range.</exception>
    public double Gamma
    {
        get;
        init => field = Require.Between(value, 0.01, 100, nameof(Gamma));
    } = 1;

    /// <summary>Whether the gradient also flows through the features of the other image. The default is true.</summary>
    public bool PartnerGradient { get; init; } = true;

    /// <summary>
    /// The fraction of the images, drawn for each mini-batch, that are mixed, from 0 to 1. The default is 1: all. With a smaller fraction,
    /// the network also sees unmixed images of large classes, so that it cannot learn that an unmixed image is of a small class. One half
    /// did no harm at an imbalance ratio of 10, and gave no gain at 100.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is out of range.</exception>
    public double MixedFraction
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(MixedFraction));
    } = 1;

    /// <summary>
    /// Whether λ follows the measured progress of the classes in the place of their counts; <see cref="Gamma"/> then has no effect. The
    /// default is false.
    /// </summary>
    public bool FollowsProgress { get; init; }

    /// <inheritdoc/>
    public override TrainingRule RuleFor(EpochContext epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        if (epoch.Classes.IsBalanced || MinLambda == 1)
        {
            return new();
        }

        var lambdas = FollowsProgress
            ? tensor(LambdasOf(epoch).Select(lambda => (float)lambda).ToArray()).OnDevice(epoch.Device)
            : epoch.PerClass(n => LambdaOf(n, epoch.Classes)); // λ_c, [C]
        return new()
        {
            Mixing = new(Depth, (labels, _, random) => (Thinned(lambdas.index_select(0, labels), random), null), PartnerGradient),
        };
    }

    /// <inheritdoc/>
    public override void Check(Backbone backbone, int epochs) => Depth.Check(backbone);

    /// <summary>λ_c of each class.</summary>
    /// <param name="classes">n_c.</param>
    /// <returns>One share per class, from <see cref="MinLambda"/> to 1.</returns>
    public IReadOnlyList<double> Lambdas(ClassCounts classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        return [.. classes.Counts.Select(n => LambdaOf(n, classes))];
    }

    /// <summary>The options; that which came later than the others is printed only where it is on.</summary>
    public override string ToString() =>
        InvariantText.Of(() =>
            $"{nameof(MajorFeatureWeakening)} {{ Depth = {Depth}, MinLambda = {MinLambda}, Gamma = {Gamma}, "
            + $"PartnerGradient = {PartnerGradient}, MixedFraction = {MixedFraction}"
            + $"{(FollowsProgress ? ", FollowsProgress = True" : "")} }}"
        );

    // Of progress; a class of which no image was drawn is not weakened, and does not count as behind.
    private IEnumerable<double> LambdasOf(EpochContext epoch)
    {
        var accuracies = epoch.TrainingAccuracy ?? [.. epoch.Classes.Counts.Select(_ => double.NaN)];
        var least = accuracies.Where(double.IsFinite).DefaultIfEmpty(0).Min();
        return accuracies.Select(accuracy => double.IsFinite(accuracy) ? 1 - ((1 - MinLambda) * (accuracy - least)) : 1);
    }

    // Images that are not drawn keep λ = 1.
    private Tensor Thinned(Tensor lambdas, Generator random) =>
        MixedFraction == 1
            ? lambdas
            : where(
                rand(lambdas.shape[0], generator: random).lt(tensor(new[] { (float)MixedFraction })).OnDevice(lambdas.device),
                lambdas,
                ones_like(lambdas)
            );

    private double LambdaOf(long count, ClassCounts classes)
    {
        double Weakening(double share) => 1 - Math.Pow(share, Gamma); // n_min/n_c
        var most = Weakening(Math.Min((double)classes.Smallest / classes.Largest, 1 / RatioOfFullStrength));
        return 1 - ((1 - MinLambda) * Weakening((double)classes.Smallest / count) / most);
    }
}
