namespace MLNet.Procrustean;

/// <summary>Which layers of a network get ternary weights.</summary>
public enum TernaryLayers
{
    /// <summary>The last layer, the classifier. A trial of a weight takes as long as a look at each image of the batch.</summary>
    LastLayer,

    /// <summary>The last layer and the last residual stage. A trial in the stage takes a forward pass from that stage on.</summary>
    LastStage,

    /// <summary>All convolutions and fully connected layers. A trial takes a forward pass from the stage of the weight on.</summary>
    All,
}
