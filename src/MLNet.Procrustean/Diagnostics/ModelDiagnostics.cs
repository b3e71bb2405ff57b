using System.Collections.Immutable;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>Properties of the features and the classifier of a trained model.</summary>
public sealed record ModelDiagnostics
{
    /// <summary>
    /// For each class, the distance ‖mean training feature − mean test feature‖₂ between equally many images of each; NaN for a class that
    /// the test set lacks.
    /// </summary>
    /// <remarks>
    /// Ye, Chen, Zhan, Chao, "Identifying and Compensating for Feature Deviation in Imbalanced Deep Learning",
    /// https://arxiv.org/abs/2001.01385. All means are over k images, k the smallest count of any class in either set, and the distance is
    /// averaged over random draws of them.
    /// </remarks>
    public required ImmutableArray<double> FeatureDeviation { get; init; }

    /// <summary>How near the training features are to neural collapse.</summary>
    public required NeuralCollapse NeuralCollapse { get; init; }

    /// <summary>‖w_c‖₂ of each class, w_c the row of the linear classifier; all 30 with a cosine head.</summary>
    public required ImmutableArray<double> ClassifierNorms { get; init; }

    /// <summary>[c][c']: cos(w_c, w_c').</summary>
    public required ImmutableArray<ImmutableArray<double>> ClassifierCosines { get; init; }

    /// <summary>E_W of the layer-peeled model: the mean of ‖w_c‖² over the classes.</summary>
    public required double ClassifierEnergy { get; init; }

    /// <summary>E_H of the layer-peeled model: the mean over the classes of the mean of ‖h‖² over the class's training images.</summary>
    public required double FeatureEnergy { get; init; }

    /// <summary>Describes a classifier z = W h + b; all tensors are float64 and on the CPU.</summary>
    /// <param name="train">Features of training images; each class occurs.</param>
    /// <param name="test">Features of test images.</param>
    /// <param name="weight">W, [C, D].</param>
    /// <param name="bias">b, [C].</param>
    /// <param name="draws">How often images are drawn for <see cref="FeatureDeviation"/>.</param>
    /// <param name="random">Draws them.</param>
    internal static ModelDiagnostics Of(ImageFeatures train, ImageFeatures test, Tensor weight, Tensor bias, int draws, Generator random)
    {
        using var scope = NewDisposeScope();
        var classes = weight.shape[0];
        var norms = weight.Squared().sum(dim: 1).sqrt(); // [C]
        var directions = weight / norms.unsqueeze(1);
        var cosines = directions.mm(directions.t()).data<double>().ToArray();
        return new()
        {
            FeatureDeviation = Diagnostics.FeatureDeviation.Of(train, test, classes, draws, random),
            NeuralCollapse = NeuralCollapse.Of(train.Features, train.Labels, weight, bias),
            ClassifierNorms = [.. norms.data<double>().ToArray()],
            ClassifierCosines = [.. cosines.Chunk((int)classes).Select(row => row.ToImmutableArray())],
            ClassifierEnergy = norms.Squared().mean().item<double>(),
            FeatureEnergy = ClassMeans.Of(train.Features.Squared().sum(dim: 1), train.Labels, classes).mean().item<double>(),
        };
    }
}
