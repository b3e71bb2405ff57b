using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>One mini-batch: take its images, augment, perturb, mix, forward, loss, backward, and one step of the optimizer.</summary>
/// <remarks>Nothing here reads the values of a tensor, so that nothing waits for a GPU.</remarks>
internal sealed class TrainingStep(
    StagedNetwork network,
    GradientDescent optimizer,
    ImageClassifierOptions options,
    TrainingInputs inputs,
    Device device
)
{
    /// <summary>Trains the network on some of the images.</summary>
    /// <param name="rows">The numbers of the images, [B], int64.</param>
    /// <param name="rule">How they are trained on.</param>
    /// <param name="epoch">The epoch: it draws what is random, and sums up loss and hits.</param>
    /// <param name="place">Of the step.</param>
    public void Run(Tensor rows, TrainingRule rule, EpochProgress epoch, StepPlace place)
    {
        using var scope = NewDisposeScope();
        var labels = inputs.Labels.index_select(0, rows).OnDevice(device); // [B]
        var (loss, hits) = Forward(Inputs(rows, labels, rule, epoch), labels, rule, epoch.Mixing);
        Descend(loss, labels, hits, epoch, place);
    }

    /// <summary>Changes the weights, once the loss is known.</summary>
    /// <param name="loss">The mean of the losses.</param>
    /// <param name="labels">Of the images, [B], int64.</param>
    /// <param name="hits">1 for each image that was classified correctly and 0 for the others, [B], int64.</param>
    /// <param name="epoch">The epoch: it sums them up.</param>
    /// <param name="place">Of the step.</param>
    public void Descend(Tensor loss, Tensor labels, Tensor hits, EpochProgress epoch, StepPlace place)
    {
        optimizer.ZeroGrad();
        loss.backward();
        if (options.MaxGradientNorm is { } longest)
        {
            GradientClipping.Clip(optimizer.Weights, longest);
        }

        optimizer.Step(place.LearningRate, place.Step + 1);
        epoch.Add(labels, loss.detach(), hits, place.LearningRate);
    }

    private Tensor Inputs(Tensor rows, Tensor labels, TrainingRule rule, EpochProgress epoch)
    {
        if (rule.Perturbation is not { } perturbation)
        {
            return inputs.Of(rows, epoch.Augmentation);
        }

        using var random = epoch.Perturbation();
        network.eval(); // so that what is tried leaves no trace in running statistics
        try
        {
            return inputs.Of(rows, epoch.Augmentation, (images, normalised) => Perturbed(perturbation, images, labels, normalised, random));
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
    private (Tensor Loss, Tensor Hits) Forward(Tensor features, Tensor labels, TrainingRule rule, Generator random)
    {
        using var scope = NewDisposeScope();
        var (logits, losses) = LogitsAndLosses(network, inputs.Parts, features, labels, rule, random); // [B, C], [B]
        var hits = (logits.detach().argmax(1) == labels).to(int64);
        return (losses.mean().MoveToOuterDisposeScope(), hits.MoveToOuterDisposeScope());
    }

    /// <summary>The logits [B, C] and the loss of each image [B], with features and labels mixed where the rule says so.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parts">How many of its parts the features have passed: see <see cref="StagedNetwork.Through"/>.</param>
    /// <param name="features">The features; the images themselves for no part.</param>
    /// <param name="labels">[B], int64.</param>
    /// <param name="rule">How the epoch is trained.</param>
    /// <param name="random">Draws what the rule mixes.</param>
    internal static (Tensor Logits, Tensor Losses) LogitsAndLosses(
        StagedNetwork network,
        int parts,
        Tensor features,
        Tensor labels,
        TrainingRule rule,
        Generator random
    )
    {
        if (rule.Mixing is not { } mixing)
        {
            var plain = network.ForwardFrom(parts, features);
            return (plain, rule.Loss(plain, labels));
        }

        var (stage, partners, lambda, mu) = mixing.Draw(labels, network.Stages.Count, random);
        var logits = network.ForwardFrom(parts, features, (k, h) =>
            k == stage ? FeatureMixing.Mix(h, lambda, partners, mixing.PartnerGradient) : h
        );
        return (logits, FeatureMixing.Loss(rule.Loss, logits, labels, partners, mu));
    }
}
