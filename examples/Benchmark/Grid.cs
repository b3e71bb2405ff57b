using Benchmark.Peers;
using MLNet.Procrustean;
using Shared;

namespace Benchmark;

/// <summary>What is compared: all that was given on the command line.</summary>
internal sealed record Grid
{
    private readonly Dictionary<string, string> contents = []; // digests of files of costs

    public required string Train { get; init; }

    public required string Test { get; init; }

    public required ImbalanceText Imbalance { get; init; }

    /// <summary>The first one is what the others are compared with.</summary>
    public required IReadOnlyList<Contender> Contenders { get; init; }

    /// <summary>Compared as well.</summary>
    public required IReadOnlyList<FrozenFeatures> Peers { get; init; }

    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary>The seeds that settings are chosen with, on held-out images.</summary>
    public required IReadOnlyList<int> SelectionSeeds { get; init; }

    /// <summary>All but strategy and seed.</summary>
    public required ImageClassifierOptions Options { get; init; }

    /// <summary>A folder for the caches of all training subsets; null for none.</summary>
    public string? CachePath { get; init; }

    /// <summary>A folder for the checkpoints of all runs; null for none.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>The data set, named after the folder that holds its training and test folders, and the imbalance.</summary>
    public string Title
    {
        get
        {
            var set = Path.GetFileName(Path.GetDirectoryName(Train));
            return $"{(string.IsNullOrEmpty(set) ? Path.GetFileName(Train) : set)} {Imbalance.Text}";
        }
    }

    /// <summary>The file of the runs that are done.</summary>
    public required string ResultsPath { get; init; }

    /// <summary>The share of the runs that is done here; null for all.</summary>
    public Share? Share { get; init; }

    /// <summary>The report to write; null for none.</summary>
    public string? ReportPath { get; init; }

    /// <summary>All that decides a result of this strategy but part and seed, in one line.</summary>
    public string SettingsOf(string strategy)
    {
        var costs = GivenParameters.ValuesOf("costs", strategy).Where(File.Exists).Distinct();
        return string.Join(' ', [Settings, .. costs.Select(file => $"{file}={DigestOf(file)}")]);
    }

    // Once: a file that is changed while strategies are compared must not make other runs of those that are looked for.
    private string DigestOf(string file) => contents.TryGetValue(file, out var digest) ? digest : contents[file] = Fingerprint.OfFile(file);

    /// <summary>The same of any strategy.</summary>
    public string Settings => field ??= string.Join(' ', SettingTexts());

    /// <summary>What decides the result of a peer but name and seed.</summary>
    public string PeerSettings => field ??= $"{Title} data={Fingerprint.Of(Train, Test)}";

    /// <summary>The file in the cache folder for the images that a run trains on; null for none.</summary>
    public string? CacheOf(Part part, int seed)
    {
        var drawn = Imbalance.IsDrawn ? FormattableString.Invariant($" seed={seed}") : "";
        var subset = $"{PeerSettings} size={Options.ImageSize} channels={Options.Channels} {Options.AspectRatio}{drawn}";
        return CachePath is null ? null : Path.Combine(CachePath, $"{part}-{Fingerprint.OfText(subset)}.cache");
    }

    /// <summary>The folder for the checkpoints of a training; null for none. Shares never have the same one.</summary>
    public string? CheckpointsOf(RunKey training, bool diagnosed)
    {
        var text = $"{training} {Share} {(diagnosed ? "diagnosed" : "")}";
        return CheckpointPath is null ? null : Path.Combine(CheckpointPath, Fingerprint.OfText(text));
    }

    // What came later than the first results is there only where it is not as it was for them.
    private IEnumerable<string> SettingTexts()
    {
        yield return $"{PeerSettings} {Options.Backbone.Name}";
        yield return $"size={Options.ImageSize} channels={Options.Channels} {Options.Augmentation}";
        yield return FormattableString.Invariant($"epochs={Options.Epochs} batch={Options.BatchSize} rate={Options.LearningRate}");
        yield return $"{Options.LearningRateSchedule}";
        if (Options.Precision != Precision.Fp32)
        {
            yield return $"precision={Options.Precision}";
        }

        if (Options.WhitensStem)
        {
            yield return "stem=whitened";
        }

        if (Options.BatchParts > 1)
        {
            yield return FormattableString.Invariant($"parts={Options.BatchParts}");
        }

        if (Options.BadImages != BadImages.Refuse)
        {
            yield return $"bad-images={Options.BadImages}";
        }

        if (Options.Optimizer != Optimizer.Sgd)
        {
            yield return $"optimizer={Options.Optimizer}";
        }

        if (Options.MaxGradientNorm is { } norm && norm != LimitByDefault(Options))
        {
            yield return FormattableString.Invariant($"norm={norm}");
        }

        if (Options.InitialWeights is { } weights)
        {
            var contents = weights is PretrainedWeights { Path: var file } ? Fingerprint.OfFile(file) : "";
            yield return $"weights={weights} {contents} {FineTuning(Options)}";
        }
        else if (FineTuning(Options) != FineTuning(new()))
        {
            yield return FineTuning(Options);
        }
    }

    // In fine-tuning, the frozen stages decide.
    private static double? LimitByDefault(ImageClassifierOptions options) =>
        new ImageClassifierOptions
        {
            Backbone = options.Backbone,
            InitialWeights = options.InitialWeights,
            FrozenStages = options.FrozenStages,
        }.MaxGradientNorm;

    private static string FineTuning(ImageClassifierOptions options)
    {
        var frozen = FormattableString.Invariant($"frozen={options.FrozenStages} decay={options.LayerDecay} head={options.HeadEpochs}");
        var kept = FormattableString.Invariant($"statistics={options.KeepsStatistics} initial={options.InitialShare}");
        return $"{frozen} {kept} aspect={options.AspectRatio} flips={options.AverageFlips}";
    }
}
