using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>
/// Class-aware sampling (Shen, Lin, Huang, "Relay Backpropagation for Effective Learning of Deep Convolutional Neural Networks", ECCV 2016,
/// https://arxiv.org/abs/1512.05830), for classes of any weight: a class comes at equal distances over the epoch, so that all mini-batches
/// have their share of it, and none of its images comes once more before all of them have.
/// </summary>
/// <remarks>
/// A class or an image that is to come e times comes ⌊e⌋ or ⌈e⌉ times, e times on average. Independent draws would leave out a share e⁻ᵉ of
/// the images: of those that are to come once, more than a third.
/// </remarks>
internal static class ClassAwareDraws
{
    /// <summary>As many draws as there are images.</summary>
    /// <param name="order">[N]: the rows, in a random order.</param>
    /// <param name="labels">[N]: of each row.</param>
    /// <param name="weights">[C]: of an image of each class.</param>
    /// <param name="random">On the CPU.</param>
    /// <returns>[N], int64, on the CPU: rows.</returns>
    public static Tensor Of(long[] order, long[] labels, double[] weights, Generator random)
    {
        // In the order of their first rows, so that how classes are numbered changes nothing.
        var classes = order.GroupBy(row => labels[row]).Where(rows => weights[rows.Key] > 0).ToList();
        var start = rand(1, float64, generator: random).item<double>();
        var times = Times([.. classes.Select(rows => weights[rows.Key] * rows.Count())], order.Length, start);
        List<Tensor> rows = [.. classes.Select((rows, c) => Cycle([.. rows], times[c], random))];
        List<Tensor> places =
        [
            .. times.Select(count => arange(count, float64).Plus(rand(1, float64, generator: random)) / tensor((double)count)),
        ];
        return cat(rows).index_select(0, cat(places).argsort());
    }

    // Shares of a whole number, each rounded down or up; start, from 0 to below 1, decides which.
    private static long[] Times(double[] weights, int total, double start)
    {
        var times = new long[weights.Length];
        var (sum, weight, before) = (weights.Sum(), 0.0, 0L);
        for (var c = 0; c < weights.Length; c++)
        {
            weight += weights[c];
            var upTo = c == weights.Length - 1 ? total : (long)Math.Ceiling((weight / sum * total) - start);
            (times[c], before) = (upTo - before, upTo);
        }

        return times;
    }

    private static Tensor Cycle(long[] rows, long times, Generator random)
    {
        var cycles = (times + rows.Length - 1) / rows.Length;
        var orders = rand(cycles, rows.Length, float64, generator: random).argsort(1);
        return tensor(rows).index_select(0, orders.flatten().narrow(0, 0, times));
    }
}
