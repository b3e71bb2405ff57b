using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>A strategy made of a function, to look into a training or to make it fail.</summary>
internal sealed record StrategyOf(Func<EpochContext, TrainingRule> Rule) : TrainingStrategy
{
    public override TrainingRule RuleFor(EpochContext epoch) => Rule(epoch);

    /// <summary>Plain training whose loss passes through a function of (epoch, logits, labels, loss of each image).</summary>
    public static StrategyOf Loss(Func<int, Tensor, Tensor, Tensor, Tensor> loss) =>
        new(epoch => new() { Loss = (logits, labels) => loss(epoch.Number, logits, labels, Losses.CrossEntropy(logits, labels)) });

    /// <summary>Plain training that shows the labels of each mini-batch.</summary>
    public static StrategyOf Watching(Action<int, long[]> labelsOfStep) =>
        Loss(
            (epoch, _, labels, loss) =>
            {
                labelsOfStep(epoch, labels.data<long>().ToArray());
                return loss;
            }
        );
}
