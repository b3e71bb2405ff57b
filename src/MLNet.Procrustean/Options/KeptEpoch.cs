namespace MLNet.Procrustean;

/// <summary>Which epoch's weights a training returns.</summary>
public enum KeptEpoch
{
    /// <summary>The last epoch's: what the imbalance literature reports.</summary>
    Last,

    /// <summary>Those of the epoch with the best macro accuracy on the validation images; among equals, the earliest.</summary>
    Best,
}
