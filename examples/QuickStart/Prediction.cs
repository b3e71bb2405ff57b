namespace QuickStart;

/// <summary>What the prediction engine reads of a scored row.</summary>
internal sealed class Prediction
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];
}
