using System.Collections.Immutable;

namespace MLNet.Procrustean.Diagnostics;

/// <summary>What the features and the classifier of a trained model look like.</summary>
public sealed record ModelDiagnostics
{
    /// <summary>For each class, the distance ‖mean training feature − mean test feature‖₂ between equally many images of each; NaN for a class that is missing from one of the two sets.</summary>
    /// <remarks>Ye, Chen, Zhan, Chao, "Identifying and Compensating for Feature Deviation in Imbalanced Deep Learning", https://arxiv.org/abs/2001.01385.</remarks>
    public required ImmutableArray<double> FeatureDeviation { get; init; }

    /// <summary>How near the training features are to neural collapse.</summary>
    public required NeuralCollapse NeuralCollapse { get; init; }

    /// <summary>‖w_c‖₂ of each class, w_c the row of the linear classifier.</summary>
    public required ImmutableArray<double> ClassifierNorms { get; init; }

    /// <summary>[c][c']: cos(w_c, w_c').</summary>
    public required ImmutableArray<ImmutableArray<double>> ClassifierCosines { get; init; }

    /// <summary>E_W of the layer-peeled model: the mean of ‖w_c‖² over the classes.</summary>
    public required double ClassifierEnergy { get; init; }

    /// <summary>E_H of the layer-peeled model: the mean over the classes of the mean of ‖h‖² over the class's training images.</summary>
    public required double FeatureEnergy { get; init; }
}
