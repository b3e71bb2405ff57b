namespace Benchmark;

/// <summary>What was measured: the images that a model was trained and judged on.</summary>
internal enum Part
{
    /// <summary>A fifth of each class of the training folder, held out before the imbalance is made: to choose settings by.</summary>
    HeldOut,

    /// <summary>The test folder: to report.</summary>
    Test,
}

/// <summary>Which run it is: all that decides its result.</summary>
/// <param name="Settings">All but strategy, part and seed, as one text.</param>
/// <param name="Strategy">As it was written on the command line.</param>
/// <param name="Part">What it is judged on.</param>
/// <param name="Seed">Of subset and training.</param>
internal sealed record RunKey(string Settings, string Strategy, Part Part, int Seed)
{
    /// <summary>The run without a correction: what it has in common with those that only correct the same model.</summary>
    public RunKey WithoutCorrection() => this with { Strategy = CorrectedStrategy.WithoutCorrection(Strategy) };
}

/// <summary>One training and its result: one line of the results file.</summary>
/// <param name="Key">Which run it is.</param>
internal sealed record RunRow(RunKey Key)
{
    public required double MacroAccuracy { get; init; }

    public required double MicroAccuracy { get; init; }

    public required double GMean { get; init; }

    /// <summary>
    /// Mean recall of the classes with more, and with fewer, images than the geometric middle; NaN when the counts are equal.
    /// </summary>
    public required double MajorRecall { get; init; }

    public required double MinorRecall { get; init; }

    /// <summary>Of the training: diagnosed where a report is wanted, and what was left of it where it was resumed.</summary>
    public required double Seconds { get; init; }

    /// <summary>Whether the correction refused the images: the training took its seconds, and there is no result.</summary>
    public bool IsRefused => double.IsNaN(MacroAccuracy) && !double.IsNaN(Seconds);

    /// <summary>Library, runtime and machine.</summary>
    public required string Versions { get; init; }
}
