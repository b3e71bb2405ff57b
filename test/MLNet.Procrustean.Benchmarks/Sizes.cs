namespace MLNet.Procrustean.Benchmarks;

/// <summary>How much is measured: enough to mean something, or just enough to see that it runs.</summary>
internal sealed record Sizes
{
    public static readonly Sizes Full = new();

    public static readonly Sizes Quick = new()
    {
        Tiny = true,
        Depth = 8,
        Side = 16,
        Batch = 64,
        Steps = 1,
        WarmUpSteps = 1,
        PhotoFiles = 4,
        PhotoRows = 8,
        SmallFiles = 8,
        SmallRows = 64,
        ScoredRows = 64,
        EnginePredictions = 20,
        SecondsOfScoring = 0.01,
        ManyImages = 640,
        GrowthSteps = 20,
        GrowthPredictions = 100,
        Batches = [32, 64],
        Sides = [16, 32],
        ImageCounts = [64, 128],
    };

    /// <summary>Whether the sizes only show that everything runs.</summary>
    public bool Tiny { get; private init; }

    /// <summary>Counted blocks of each contender.</summary>
    public int Blocks { get; init; } = 5;

    /// <summary>Of the network, a <see cref="MLNet.Procrustean.CifarResNet"/>.</summary>
    public int Depth { get; init; } = 32;

    /// <summary>Of the images, in pixels.</summary>
    public int Side { get; init; } = 32;

    public int Batch { get; init; } = 128;

    /// <summary>Steps of training in a block.</summary>
    public int Steps { get; init; } = 10;

    /// <summary>Steps before them that do not count.</summary>
    public int WarmUpSteps { get; init; } = 3;

    /// <summary>Different photos on disk, and rows that repeat them.</summary>
    public int PhotoFiles { get; init; } = 100;

    public int PhotoRows { get; init; } = 800;

    /// <summary>The same for images of 32 pixels.</summary>
    public int SmallFiles { get; init; } = 500;

    public int SmallRows { get; init; } = 20_000;

    /// <summary>Rows of one batched scoring.</summary>
    public int ScoredRows { get; init; } = 2_048;

    /// <summary>Predictions of one block, row by row.</summary>
    public int EnginePredictions { get; init; } = 300;

    /// <summary>Of one block in which batches are scored.</summary>
    public double SecondsOfScoring { get; init; } = 2;

    /// <summary>Training images whose memory is measured.</summary>
    public int ManyImages { get; init; } = 100_000;

    public int GrowthSteps { get; init; } = 1_000;

    public int GrowthPredictions { get; init; } = 100_000;

    public IReadOnlyList<int> Batches { get; init; } = [32, 64, 128, 256];

    public IReadOnlyList<int> Sides { get; init; } = [32, 48, 64, 96];

    public IReadOnlyList<int> ImageCounts { get; init; } = [1_280, 5_120, 20_480];
}
