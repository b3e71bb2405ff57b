using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Replicas;
using MLNet.Procrustean.Rules;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>One mini-batch: take its images, augment, perturb, mix, forward, loss, backward, and one step of the optimizer.</summary>
/// <remarks>
/// Nothing here reads the values of a tensor, so that nothing waits for a GPU. All that is random is drawn for the whole mini-batch,
/// whichever of its parts this process computes.
/// </remarks>
internal sealed class TrainingStep(
    StagedNetwork network,
    GradientDescent optimizer,
    ImageClassifierOptions options,
    TrainingInputs inputs,
    Device device,
    ProcessGroup processes
)
{
    private readonly PartSums sums = new(network, optimizer, processes, options.Cancellation);

    /// <summary>Trains the network on some of the images.</summary>
    /// <param name="rows">The numbers of the images, [B], int64.</param>
    /// <param name="rule">How they are trained on.</param>
    /// <param name="epoch">The epoch: it draws what is random, and sums up loss and hits.</param>
    /// <param name="place">Of the step.</param>
    public void Run(Tensor rows, TrainingRule rule, EpochProgress epoch, StepPlace place)
    {
        using var scope = NewDisposeScope();
        var labels = inputs.Labels.index_select(0, rows).OnDevice(device); // [B]
        var parts = BatchPart.Split(rows.shape[0], options.BatchParts);
        var mixed = parts.Select(part => rule.Mixing?.Draw(part.Of(labels), network.Stages.Count, epoch.Mixing)).ToArray();
        var drawn = options.BatchParts == 1 ? null : epoch.Augmentation.get_state();
        (Tensor Loss, Tensor Hits) Compute(int number)
        {
            var part = parts[number];
            var own = part.Of(labels);
            if (drawn is not null)
            {
                epoch.Augmentation.set_state(drawn); // each part draws for the whole batch, and takes its share
            }

            var features = Inputs(rows, part, own, rule, epoch, number);
            var (loss, hits) = Forward(features, part, own, rule, mixed[number]);
            Backward(loss);
            return (loss, hits);
        }

        var (loss, hits) = options.BatchParts == 1 ? Compute(0) : sums.Of(parts, Compute);
        Change(loss, labels, hits, epoch, place);
    }

    /// <summary>Leaves the gradients of a loss.</summary>
    public void Backward(Tensor loss)
    {
        optimizer.ZeroGrad();
        loss.backward();
    }

    /// <summary>Changes the weights by their gradients.</summary>
    /// <param name="loss">The mean of the losses.</param>
    /// <param name="labels">Of the images, [B], int64.</param>
    /// <param name="hits">1 for each image that was classified correctly and 0 for the others, [B], int64.</param>
    /// <param name="epoch">The epoch: it sums them up.</param>
    /// <param name="place">Of the step.</param>
    public void Change(Tensor loss, Tensor labels, Tensor hits, EpochProgress epoch, StepPlace place)
    {
        if (options.MaxGradientNorm is { } longest)
        {
            GradientClipping.Clip(optimizer.Weights, longest);
        }

        optimizer.Step(place.LearningRate, place.Step + 1);
        epoch.Add(labels, loss.detach(), hits, place.LearningRate);
    }

    private Tensor Inputs(Tensor rows, BatchPart part, Tensor labels, TrainingRule rule, EpochProgress epoch, int number)
    {
        if (rule.Perturbation is not { } perturbation)
        {
            return inputs.Of(rows, part, epoch.Augmentation);
        }

        using var random = epoch.Perturbation(number, options.BatchParts);
        network.eval(); // so that what is tried leaves no trace in running statistics
        try
        {
            return inputs.Of(rows, part, epoch.Augmentation, (images, normalised) =>
                Perturbed(perturbation, images, labels, normalised, random)
            );
        }
        finally
        {
            network.train();
        }
    }

    private Tensor Perturbed(
        InputPerturbation perturbation,
        Tensor images,
        Tensor labels,
        Func<Tensor, Tensor> normalised,
        Generator random
    ) => perturbation.Change(images, labels, changed => network.forward(normalised(changed)), random).detach();

    // A scope of its own, closed before backward, so that what only the forward pass needs is freed by then.
    private (Tensor Loss, Tensor Hits) Forward(Tensor features, BatchPart part, Tensor labels, TrainingRule rule, DrawnMixing? mixed)
    {
        using var scope = NewDisposeScope();
        var (logits, losses) = LogitsAndLosses(network, inputs.Parts, features, labels, rule, mixed); // [B, C], [B]
        var hits = (logits.detach().argmax(1) == labels).to(int64);
        var loss = part.IsWhole ? losses.mean() : losses.mean().Times(part.Share);
        return (loss.MoveToOuterDisposeScope(), hits.MoveToOuterDisposeScope());
    }

    /// <summary>The logits [B, C] and the loss of each image [B], with features and labels mixed where the rule says so.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parts">How many of its parts the features have passed: see <see cref="StagedNetwork.Through"/>.</param>
    /// <param name="features">The features; the images themselves for no part.</param>
    /// <param name="labels">[B], int64.</param>
    /// <param name="rule">How the epoch is trained.</param>
    /// <param name="mixed">How they are mixed; null where the rule mixes nothing.</param>
    internal static (Tensor Logits, Tensor Losses) LogitsAndLosses(
        StagedNetwork network,
        int parts,
        Tensor features,
        Tensor labels,
        TrainingRule rule,
        DrawnMixing? mixed
    )
    {
        if (mixed is not var (stage, partners, lambda, mu))
        {
            var plain = network.ForwardFrom(parts, features);
            return (plain, rule.Loss(plain, labels));
        }

        var partnerGradient = rule.Mixing!.PartnerGradient;
        var logits = network.ForwardFrom(parts, features, (k, h) =>
            k == stage ? FeatureMixing.Mix(h, lambda, partners, partnerGradient) : h
        );
        return (logits, FeatureMixing.Loss(rule.Loss, logits, labels, partners, mu));
    }
}
