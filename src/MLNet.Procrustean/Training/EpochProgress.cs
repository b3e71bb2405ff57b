using System.Collections.Immutable;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>The progress of the current epoch: its sums so far, and the state of its random generators.</summary>
/// <param name="number">The epoch, counted from 1.</param>
/// <param name="begun">The time of the training when the epoch began.</param>
/// <param name="seed">Of the training.</param>
/// <param name="classes">The number of classes.</param>
/// <param name="device">Where the sums are.</param>
internal sealed class EpochProgress(int number, TimeSpan begun, int seed, int classes, Device device) : IDisposable
{
    public int Number => number;

    public TimeSpan Begun => begun;

    /// <summary>The number of steps done.</summary>
    public int Steps { get; private set; }

    /// <summary>The learning rate of the last step done.</summary>
    public double LearningRate { get; private set; }

    /// <summary>The sum of the losses of the images so far, [1], float64.</summary>
    public Tensor LossSum { get; } = zeros(1, float64, device).DetachFromDisposeScope();

    /// <summary>The images of each class so far, [C], int64.</summary>
    public Tensor Seen { get; } = zeros(classes, int64, device).DetachFromDisposeScope();

    /// <summary>Those of them that were classified correctly, [C], int64.</summary>
    public Tensor Correct { get; } = zeros(classes, int64, device).DetachFromDisposeScope();

    public Generator Augmentation { get; } = RandomStream.Augmentation.Generator(seed, number);

    public Generator Mixing { get; } = RandomStream.Mixing.Generator(seed, number);

    /// <summary>A generator for the perturbation of images in the next step, on the CPU; the caller disposes it.</summary>
    /// <param name="part">Of the batch that is perturbed, from 0.</param>
    /// <param name="parts">How many parts a batch has.</param>
    public Generator Perturbation(int part, int parts) => RandomStream.Perturbation.Generator(seed, number, (Steps * parts) + part);

    /// <summary>A generator for the actions and the memory of Q-learning in the next step, on the CPU; the caller disposes it.</summary>
    public Generator Exploration() => RandomStream.Exploration.Generator(seed, number, Steps);

    /// <summary>Records a step.</summary>
    /// <param name="labels">Of its images, [B], int64.</param>
    /// <param name="loss">Their mean loss, without a gradient.</param>
    /// <param name="hits">1 for each image that was classified correctly and 0 for the others, [B], int64.</param>
    /// <param name="learningRate">Of the step.</param>
    public void Add(Tensor labels, Tensor loss, Tensor hits, double learningRate)
    {
        LossSum.PlusInPlace(loss.Times(labels.shape[0]));
        Seen.scatter_add_(0, labels, ones_like(labels));
        Correct.scatter_add_(0, labels, hits);
        Steps++;
        LearningRate = learningRate;
    }

    /// <summary>For each class the share of its images that were classified correctly, NaN where there was none.</summary>
    public ImmutableArray<double> Accuracy()
    {
        using var scope = NewDisposeScope();
        return [.. (Correct.to(float64) / Seen).cpu().data<double>().ToArray()];
    }

    public EpochMoment Moment()
    {
        using var scope = NewDisposeScope();
        return new(
            Number,
            Begun,
            Steps,
            LearningRate,
            LossSum.item<double>(),
            Counts(Seen),
            Counts(Correct),
            State(Augmentation),
            State(Mixing)
        );
    }

    /// <summary>Restores a moment of the same epoch.</summary>
    /// <exception cref="InvalidDataException">It is of another training.</exception>
    public void Restore(EpochMoment moment)
    {
        using var scope = NewDisposeScope();
        if (moment.Seen.Length != classes || moment.Correct.Length != classes || !IsState(moment.Augmentation) || !IsState(moment.Mixing))
        {
            throw new InvalidDataException("The current epoch has other classes or other random draws.");
        }

        (Steps, LearningRate) = (moment.Steps, moment.LearningRate);
        LossSum.copy_(tensor(new[] { moment.LossSum }));
        Seen.copy_(tensor(moment.Seen));
        Correct.copy_(tensor(moment.Correct));
        Augmentation.set_state(tensor(moment.Augmentation));
        Mixing.set_state(tensor(moment.Mixing));
    }

    public void Dispose()
    {
        LossSum.Dispose();
        Seen.Dispose();
        Correct.Dispose();
        Augmentation.Dispose();
        Mixing.Dispose();
    }

    private static long[] Counts(Tensor counts) => counts.cpu().data<long>().ToArray();

    private bool IsState(byte[] bytes) => bytes.Length == State(Augmentation).Length;

    private static byte[] State(Generator random) => random.get_state().bytes.ToArray();
}
