using System.Collections.Immutable;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Scoring;

/// <summary>A trained network with everything that scoring needs and a model file holds.</summary>
/// <param name="Network">The network.</param>
/// <param name="Backbone">Its kind.</param>
/// <param name="Preprocessing">How an image becomes its input.</param>
/// <param name="Labels">The classes.</param>
/// <param name="TrainingCounts">Of each class.</param>
/// <param name="AverageFlips">Whether an image is scored together with its mirror image.</param>
/// <param name="Temperature">T: scores are softmax(log p / T) of the probabilities p; see <see cref="TemperatureScaling"/>.</param>
internal sealed record TrainedClassifier(
    StagedNetwork Network,
    Backbone Backbone,
    Preprocessing Preprocessing,
    ClassLabels Labels,
    ImmutableArray<long> TrainingCounts,
    bool AverageFlips = false,
    double Temperature = 1
)
{
    public const double LowestTemperature = 0.01;
    public const double HighestTemperature = 100;

    /// <summary>D, the number of pooled features.</summary>
    public int FeatureCount => (int)Network.Head.Weight.shape[1];

    /// <summary>
    /// The probabilities of each image's classes and, where asked for, its pooled features; any number of threads may ask at once.
    /// </summary>
    /// <param name="decoded">Images of the size that the preprocessing says, one after the other.</param>
    /// <param name="device">Where the network is.</param>
    /// <param name="precision">Of the convolutions.</param>
    /// <param name="withFeatures">Whether to give the features too.</param>
    public ScoredImage[] Score(byte[] decoded, Device device, Precision precision = Precision.Fp32, bool withFeatures = false)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var shape = Preprocessing.Shape;
        var pixels = tensor(decoded).reshape(decoded.Length / shape.Bytes, shape.Size, shape.Size, shape.Channels);
        return [.. Inference.PartsOf(pixels, shape).SelectMany(Score)];

        ScoredImage[] Score(Tensor some)
        {
            using var part = NewDisposeScope();
            var images = Preprocessing.Normalise(some.OnDevice(device), precision.On(device));
            var (probabilities, features) = Inference.Scores(Network, images, AverageFlips, Temperature);
            return ScoredImage.Rows(Numbers(probabilities), withFeatures ? Numbers(features) : [], (int)some.shape[0]);
        }
    }

    /// <summary>Copies the weights to a network of the same backbone, with the head or without it.</summary>
    public void CopyWeightsTo(StagedNetwork other, bool withHead = true)
    {
        using var weights = WeightSnapshot.Of(Network);
        if (withHead)
        {
            weights.Restore(other);
        }
        else
        {
            weights.RestoreAllButHead(other);
        }
    }

    /// <summary>
    /// A copy for scoring alone: its batch normalisations are folded into the convolutions, so that it is faster and gives the same scores
    /// apart from rounding.
    /// </summary>
    public TrainedClassifier Folded(Device device) => WithNetwork(network => network.Fold(), device);

    /// <summary>A copy whose last layer is a function of this one's weight [C, D] and bias [C].</summary>
    public TrainedClassifier WithClassifier(Func<Tensor, Tensor, (Tensor Weight, Tensor Bias)> change, Device device) =>
        WithNetwork(
            network =>
            {
                var (weight, bias) = change(Network.Head.Weight, Network.Head.Bias);
                network.Head.Weight.copy_(weight);
                network.Head.Bias.copy_(bias);
            },
            device
        );

    /// <summary>A copy whose network, in evaluation mode, a function changes, without gradients and in a dispose scope.</summary>
    public TrainedClassifier WithNetwork(Action<StagedNetwork> change, Device device)
    {
        var copy = Backbone.Build(Preprocessing.Shape.Channels, Labels.Names.Length, seed: 0, Network.Head.Kind);
        try
        {
            copy.to(device);
            CopyWeightsTo(copy);
            copy.eval();
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            change(copy);
            return this with { Network = copy };
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    private static float[] Numbers(Tensor values) => values.cpu().data<float>().ToArray();
}
