namespace MLNet.Procrustean.Options;

/// <summary>The options of a training that are not set: one set of values for random weights, another for pretrained ones.</summary>
/// <remarks>Both were chosen on held-out images; docs/evidence.md has the measurements.</remarks>
internal sealed record TrainingDefaults
{
    public static TrainingDefaults FromScratch { get; } = new();

    public static TrainingDefaults FineTuning { get; } =
        new()
        {
            ImageSize = 224,
            Epochs = 10,
            BatchSize = 32,
            LearningRate = 0.01,
            Augmentation = new() { CropPadding = 0 },
        };

    public int ImageSize { get; private init; } = 64;

    public int Epochs { get; private init; } = 30;

    public int BatchSize { get; private init; } = 64;

    public double LearningRate { get; private init; } = 0.05;

    public double LayerDecay { get; private init; } = 1;

    public double WeightDecay { get; private init; } = 2e-4;

    public int FrozenStages { get; private init; }

    public Augmentation Augmentation { get; private init; } = new();
}
