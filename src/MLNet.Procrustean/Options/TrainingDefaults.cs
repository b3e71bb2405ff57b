namespace MLNet.Procrustean.Options;

/// <summary>The options of a training that are not set: other values for pretrained weights than for random ones.</summary>
/// <remarks>All were chosen on held-out images; docs/evidence.md has the measurements.</remarks>
internal sealed record TrainingDefaults
{
    /// <summary>With fewer images than this, training all layers of a pretrained network was measured to do harm.</summary>
    public const long ImagesForAllLayers = 2_000;

    /// <summary>With fewer images than this, batches of <see cref="FromScratch"/> give too few steps for random weights.</summary>
    public const long ImagesForLargeBatches = 2_000;

    private const double ShareOfAdam = 0.02; // gives 0.001 for 0.05, as its authors suggest; not measured

    public static readonly TrainingDefaults FromScratch = new();

    /// <summary>Random weights and few images: a quarter of the batch and of the rate, and so four times the steps.</summary>
    public static readonly TrainingDefaults SmallBatches = new() { BatchSize = 16, LearningRate = 0.0125 };

    public static readonly TrainingDefaults AllLayers = new()
    {
        ImageSize = 112,
        Aspect = AspectRatio.Pad,
        Augmentation = new() { CropPadding = 8 },
        Epochs = 8,
        LearningRate = 0.01,
        AverageFlips = true,
    };

    public static readonly TrainingDefaults HeadOnly = new()
    {
        Strategy = new VectorScaling(),
        TrainedStages = 0,
        ImageSize = 320,
        Aspect = AspectRatio.Pad,
        Augmentation = new()
        {
            CropPadding = 0,
            ResizedCrop = new() { MinArea = 0.5 },
            Copies = 4,
        },
        Epochs = 60,
        BatchSize = 32,
        LearningRate = 0.02,
        WeightDecay = 1e-3,
        AverageFlips = true,
    };

    public static readonly TrainingDefaults LastStage = HeadOnly with
    {
        TrainedStages = 1,
        HeadEpochs = HeadOnly.Epochs,
        KeepsStatistics = true,
        InitialShare = 0.5,
        Epochs = 4,
        LearningRate = 0.003,
        MaxGradientNorm = 1,
    };

    public TrainingStrategy Strategy { get; private init; } = new RecommendedStrategy();

    /// <summary>How many of the last parts before the head are trained; null for all.</summary>
    public int? TrainedStages { get; private init; }

    public int HeadEpochs { get; private init; }

    public bool KeepsStatistics { get; private init; }

    public double InitialShare { get; private init; }

    public int ImageSize { get; private init; } = 64;

    public AspectRatio Aspect { get; private init; } = AspectRatio.Squash;

    public Augmentation Augmentation { get; private init; } = new();

    public int Epochs { get; private init; } = 30;

    public int BatchSize { get; private init; } = 64;

    public double LearningRate { get; private init; } = 0.05;

    public double WeightDecay { get; private init; } = 2e-4;

    public double? MaxGradientNorm { get; private init; }

    public bool AverageFlips { get; private init; }

    /// <summary>The learning rate of an optimizer in the place of one for stochastic gradient descent.</summary>
    public static double RateOf(Optimizer optimizer, double rate) => optimizer == Optimizer.Adam ? ShareOfAdam * rate : rate;

    /// <summary>Of fine-tuning where so many of the last parts before the head are trained.</summary>
    public static TrainingDefaults OfTrainedStages(int parts) =>
        parts switch
        {
            <= 0 => HeadOnly,
            1 => LastStage,
            _ => AllLayers,
        };
}
