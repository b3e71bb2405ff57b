using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>
/// An attack on a classifier: it changes each value of an image by at most ε, in steps along the sign of a gradient, so that the image is
/// taken for a class that is costly to take it for.
/// </summary>
/// <remarks>
/// <para>
/// Madry, Makelov, Schmidt, Tsipras, Vladu, "Towards Deep Learning Models Resistant to Adversarial Attacks", ICLR 2018,
/// https://arxiv.org/abs/1706.06083, section 2, with costs: p are the probabilities of the classes, y the class of the image, and C_yj the
/// cost of taking it for class j, with C_yy = 0.
/// </para>
/// <para>x⁰ = Π(x + u), u uniform in [−ε, ε]; x^{t+1} = Π(x^t + α · sign ∇ log Σ_j C_yj · p_j(x^t)).</para>
/// <para>
/// Π keeps each value within ε of that of x, and within 0 to 255. Σ_j C_yj · p_j is the expected cost; its logarithm has the same sign of
/// the gradient and does not vanish where the network is sure of y. With equal costs it is log(1 − p_y), whose gradient has the sign of
/// that of cross entropy: the paper's attack. With a single cost it is the attack that aims at its class. An image of a class without costs
/// is not changed.
/// </para>
/// </remarks>
public sealed record ProjectedGradientAttack
{
    /// <summary>
    /// ε: the most that a value is changed, in steps of 1/255 of the range of pixels, from 0 to 255. The default is 8, as is usual for
    /// colour images; for grey ones such as written digits it is 25.5, a tenth of the range. 0 changes nothing.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double Epsilon
    {
        get;
        init => field = Require.Between(value, 0, 255, nameof(Epsilon));
    } = 8;

    /// <summary>
    /// α: how far each step changes a value, in steps of 1/255 of the range of pixels, from 0.001 to 255. The default is 2, a quarter of
    /// the default <see cref="Epsilon"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double StepSize
    {
        get;
        init => field = Require.Between(value, 0.001, 255, nameof(StepSize));
    } = 2;

    /// <summary>The number of steps, each of which is a pass through the network and back: from 1 to 1,000. The default is 7.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int Steps
    {
        get;
        init => field = Require.Between(value, 1, 1000, nameof(Steps));
    } = 7;

    /// <summary>Attacks images.</summary>
    /// <param name="images">x, [B, channels, S, S], float32, from 0 to 255.</param>
    /// <param name="labels">y, [B], int64.</param>
    /// <param name="costs">C, [C, C], float32.</param>
    /// <param name="logitsOf">Gives the logits [B, C] of such images; nothing of a pass may remain in the network.</param>
    /// <param name="random">Draws where it starts; on the CPU.</param>
    /// <returns>The changed images, of the same shape, without a gradient.</returns>
    internal Tensor Change(Tensor images, Tensor labels, Tensor costs, Func<Tensor, Tensor> logitsOf, Generator random)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (lowest, highest) = (images.Plus(-Epsilon).AtLeast(0), images.Plus(Epsilon).AtMost(255));
        var ofLabels = costs.index_select(0, labels); // C_yj, [B, C]
        var isAttacked = ofLabels.amax([1L]).gt(zeros_like(ofLabels.select(1, 0))); // [B]
        var logCosts = where(isAttacked.unsqueeze(1), ofLabels, ones_like(ofLabels)).log(); // −∞ for no cost
        var start = rand(images.shape, generator: random).OnDevice(images.device).Times(2 * Epsilon).Plus(-Epsilon); // u
        var changed = Within(images.Plus(start), lowest, highest);
        for (var step = 0; step < Steps; step++)
        {
            using var stepScope = NewDisposeScope();
            var direction = Gradient(changed, logCosts, logitsOf).sign();
            changed.copy_(Within(changed.Plus(direction.Times(StepSize)), lowest, highest));
        }

        return where(isAttacked.reshape(-1, 1, 1, 1), changed, images).MoveToOuterDisposeScope();
    }

    /// <summary>∇ log Σ_j C_yj · p_j(x), of the shape of x. The weights of the network get no gradients.</summary>
    /// <param name="images">x, [B, channels, S, S].</param>
    /// <param name="logCosts">log C_yj, [B, C].</param>
    /// <param name="logitsOf">Gives the logits.</param>
    private static Tensor Gradient(Tensor images, Tensor logCosts, Func<Tensor, Tensor> logitsOf)
    {
        using var scope = NewDisposeScope();
        using var gradient = enable_grad();
        var given = images.detach().requires_grad_();
        var costs = logitsOf(given).log_softmax(1).Plus(logCosts).logsumexp(1); // [B]
        return autograd.grad([costs.sum()], [given])[0].MoveToOuterDisposeScope();
    }

    private static Tensor Within(Tensor images, Tensor lowest, Tensor highest) => images.maximum(lowest).minimum(highest);
}
