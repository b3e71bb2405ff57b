using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Reinforcement;

/// <summary>The equations of Q-learning on a classifier: see <see cref="ClassRewards"/>.</summary>
internal static class QValues
{
    /// <summary>r_y where the action is the class, −r_y elsewhere, [B].</summary>
    /// <param name="actions">[B], int64.</param>
    /// <param name="labels">y, [B], int64.</param>
    /// <param name="rewards">r, [C].</param>
    public static Tensor Rewards(Tensor actions, Tensor labels, Tensor rewards)
    {
        var worth = rewards.index_select(0, labels);
        return where(actions.eq(labels), worth, worth.neg());
    }

    /// <summary>Whether the episode ends with the action, [B], bool.</summary>
    /// <param name="actions">[B], int64.</param>
    /// <param name="labels">[B], int64.</param>
    /// <param name="isLast">Whether no image follows, [B], bool.</param>
    /// <param name="minor">Whether a wrong answer to a class ends the episode, [C], bool.</param>
    public static Tensor Ends(Tensor actions, Tensor labels, Tensor isLast, Tensor minor) =>
        isLast.logical_or(actions.ne(labels).logical_and(minor.index_select(0, labels)));

    /// <summary>The value of the best action in each state, [B].</summary>
    /// <param name="values">Q′(s′, ·) of the target network, [B, C].</param>
    /// <param name="choosing">Q(s′, ·) that the action is chosen by, [B, C]; null for the same.</param>
    public static Tensor OfBest(Tensor values, Tensor? choosing) =>
        choosing is null ? values.amax([1]) : values.gather(1, choosing.argmax(1, keepdim: true)).squeeze(1);

    /// <summary>y = r where the episode ends, else r + γ · v, [B].</summary>
    /// <param name="rewards">r, [B].</param>
    /// <param name="ends">[B], bool.</param>
    /// <param name="gamma">γ.</param>
    /// <param name="next">v: the value of the next state, [B].</param>
    public static Tensor Targets(Tensor rewards, Tensor ends, double gamma, Tensor next) =>
        rewards.Plus(where(ends, zeros_like(next), next).Times(gamma));

    /// <summary>The loss of each value, [B]: e² or Huber's of the error e.</summary>
    /// <param name="values">Q(s, ·), [B, C].</param>
    /// <param name="actions">a, [B], int64.</param>
    /// <param name="targets">y, [B].</param>
    /// <param name="huber">e²/2 for |e| ≤ 1 and |e| − 1/2 beyond.</param>
    public static Tensor Losses(Tensor values, Tensor actions, Tensor targets, bool huber)
    {
        var error = values.gather(1, actions.unsqueeze(1)).squeeze(1) - targets;
        if (!huber)
        {
            return error.Squared();
        }

        var size = error.abs();
        var inner = size.AtMost(1);
        return inner * (size - inner.Times(0.5));
    }

    /// <summary>The best action with the probability 1 − ε, else any class, [B].</summary>
    /// <param name="best">[B], int64.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="classes">C.</param>
    /// <param name="random">On the CPU.</param>
    public static Tensor Explored(Tensor best, double epsilon, int classes, Generator random)
    {
        var count = best.shape[0];
        var explores = rand(count, float64, generator: random).lt(tensor(epsilon)).OnDevice(best.device);
        return where(explores, randint(0, classes, [count], int64, generator: random).OnDevice(best.device), best);
    }
}
