using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Replicas;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>
/// Adds up what the parts of a mini-batch give: gradients, running statistics, loss and hits in one vector, which processes exchange once.
/// </summary>
/// <remarks>
/// The loss of the batch is the mean over its images: Σ_p (b_p / b) · L_p, with L_p the mean over the b_p images of a part. So are its
/// gradient and, by choice, the running statistics of batch normalisation, which each part updates from those before the step.
/// </remarks>
/// <param name="network">The network in training.</param>
/// <param name="optimizer">With the weights that have gradients.</param>
/// <param name="processes">That share the parts.</param>
/// <param name="cancellation">Of this process.</param>
internal sealed class PartSums(
    StagedNetwork network,
    GradientDescent optimizer,
    ProcessGroup processes,
    CancellationToken cancellation = default
)
{
    /// <summary>
    /// Computes the parts of this process, and leaves gradients and running statistics of the whole batch, the same bits in all processes.
    /// </summary>
    /// <param name="parts">All parts of the batch.</param>
    /// <param name="compute">
    /// Computes the part of a number: leaves its gradients, already in the batch's proportion, and returns its loss, likewise, and 1 for
    /// each of its images that was classified correctly.
    /// </param>
    /// <returns>The loss of the batch, [1], and the hits of all its images, [B], int64.</returns>
    public (Tensor Loss, Tensor Hits) Of(BatchPart[] parts, Func<int, (Tensor Loss, Tensor Hits)> compute)
    {
        using var scope = NewDisposeScope();
        var statistics = network.modules().OfType<BatchNormalisation>().Where(one => one.training).ToArray();
        var sums = new PairwiseSum();
        Exception? failure = null;
        try
        {
            Compute(parts, compute, statistics, sums);
        }
        catch (Exception problem) when (processes.IsShared)
        {
            failure = problem;
        }

        using var noGradient = no_grad();
        var images = parts[0].Whole;
        var sum = failure is null ? sums.Total() : zeros(LengthOf(statistics, images), device: network.Head.Weight.device);
        float[] ends = [failure is null ? 0 : 1, cancellation.IsCancellationRequested ? 1 : 0];
        sum.narrow(0, sum.shape[0] - 2, 2).copy_(tensor(ends));
        processes.SumOfStep(sum, failure);
        return Spread(sum, statistics, images);
    }

    private void Compute(
        BatchPart[] parts,
        Func<int, (Tensor Loss, Tensor Hits)> compute,
        BatchNormalisation[] statistics,
        PairwiseSum sums
    )
    {
        var before = statistics.SelectMany(one => one.State).Select(state => state.clone()).ToArray();
        var (start, length) = processes.OwnOf(parts.Length).GetOffsetAndLength(parts.Length);
        for (var part = start; part < start + length; part++)
        {
            using var partScope = NewDisposeScope();
            foreach (var (state, earlier) in statistics.SelectMany(one => one.State).Zip(before))
            {
                state.copy_(earlier);
            }

            var (loss, hits) = compute(part);
            using var noGradient = no_grad();
            sums.Add(Flat(parts[part], loss, hits, statistics).MoveToOuterDisposeScope());
        }
    }

    private Tensor Flat(BatchPart part, Tensor loss, Tensor hits, BatchNormalisation[] statistics)
    {
        var hitsOfAll = zeros(part.Whole, device: hits.device);
        part.Of(hitsOfAll).copy_(hits);
        return cat([
            .. optimizer.Weights.Select(weight => weight.grad!.flatten()),
            .. statistics.SelectMany(one => one.Statistics).Select(values => values.Times(part.Share)),
            loss.detach().to(float32).reshape(1),
            hitsOfAll,
            zeros(2, device: hits.device), // failed, stopped
        ]);
    }

    private long LengthOf(BatchNormalisation[] statistics, long images) =>
        optimizer.Weights.Sum(weight => weight.numel())
        + statistics.SelectMany(one => one.Statistics).Sum(values => values.numel())
        + 1
        + images
        + 2;

    private (Tensor Loss, Tensor Hits) Spread(Tensor sum, BatchNormalisation[] statistics, long images)
    {
        var at = 0L;
        foreach (var weight in optimizer.Weights)
        {
            weight.grad!.copy_(Next(weight.numel()).reshape(weight.shape));
        }

        foreach (var values in statistics.SelectMany(one => one.Statistics))
        {
            values.copy_(Next(values.numel()));
        }

        return (Next(1).clone().MoveToOuterDisposeScope(), Next(images).to(int64).MoveToOuterDisposeScope());

        Tensor Next(long count)
        {
            at += count;
            return sum.narrow(0, at - count, count);
        }
    }
}
