using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>Which images an epoch trains on, in mini-batches.</summary>
internal static class EpochOrder
{
    /// <summary>Each image once in a random order or, with weights, as many draws in proportion to them.</summary>
    /// <param name="labels">[N], int64.</param>
    /// <param name="samplingWeights">[C]: an image is drawn in proportion to the weight of its class; null for each image once.</param>
    /// <param name="random">On the CPU.</param>
    /// <returns>[N], int64, on the CPU: rows.</returns>
    public static Tensor Sample(Tensor labels, Tensor? samplingWeights, Generator random)
    {
        var order = randperm(labels.shape[0], int64, generator: random);
        return samplingWeights is null
            ? order
            : ClassAwareDraws.Of(
                [.. order.data<long>()],
                [.. labels.cpu().data<long>()],
                [.. samplingWeights.cpu().to(float64).data<double>()],
                random
            );
    }

    /// <summary>For each place of an order the row that follows, and another number after the last one.</summary>
    public static Tensor Following(Tensor order, long afterLast) =>
        cat([order.narrow(0, 1, order.shape[0] - 1), tensor(new[] { afterLast })]);

    /// <summary>
    /// Splits the order into mini-batches, each of which is computed in a number of parts. A last batch with fewer than two images for each
    /// part joins the batch before it: batch normalisation needs two images.
    /// </summary>
    public static List<Tensor> Batches(Tensor order, int batchSize, int parts = 1)
    {
        var images = order.shape[0];
        var count = Math.Max(1, (images + batchSize - (2L * parts)) / batchSize);
        var batches = new List<Tensor>();
        for (long batch = 0; batch < count; batch++)
        {
            var start = batch * batchSize;
            batches.Add(order.narrow(0, start, batch == count - 1 ? images - start : batchSize));
        }

        return batches;
    }
}
