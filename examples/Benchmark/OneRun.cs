using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Transforms;
using MLNet.Procrustean;
using Shared;

namespace Benchmark;

/// <summary>Trains and judges one strategy with one seed.</summary>
internal static class OneRun
{
    public const double HeldOutShare = 0.2;
    private const int HeldOutSeed = 1; // the same images are held out from every run

    private static readonly string[] Told = ["Skipped an image", "Resuming from", "This training is over already"];

    public static readonly string Versions =
        $"MLNet.Procrustean {typeof(ImageClassifierTrainer).Assembly.GetName().Version}, {RuntimeInformation.FrameworkDescription}, "
        + $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors";

    /// <summary>How many of the training folder's images a run for the test part trains on.</summary>
    public static int TrainingImages(Grid grid, MLContext ml, IDataView images)
    {
        var train = grid.Imbalance.Subset(ml.Data, images, Part.Test, grid.Seeds[0]);
        return ml.Data.CreateEnumerable<LabelledImageFile>(train, reuseRowObject: true).Count();
    }

    /// <summary>The result of a training whose loss ceased to be finite.</summary>
    public static RunRow Diverged(RunKey key) =>
        new(key)
        {
            MacroAccuracy = double.NaN,
            MicroAccuracy = double.NaN,
            GMean = double.NaN,
            MajorRecall = double.NaN,
            MinorRecall = double.NaN,
            Seconds = double.NaN,
            Versions = Versions,
        };

    /// <summary>The result, and for the test part all that a report shows.</summary>
    public static (RunRow Row, TrainedRun Run) Execute(Grid grid, RunKey key, bool diagnose, LastTraining last)
    {
        var (_, strategy, part, seed) = key;
        var ml = new MLContext(seed);
        var images = ml.Data.LoadImageFolder(grid.Train);
        var (kept, heldOut) =
            part == Part.HeldOut
                ? ml.Data.StratifiedSplit(images, "Label", HeldOutShare, HeldOutSeed)
                : (images, ml.Data.LoadImageFolder(grid.Test));
        var train = grid.Imbalance.Subset(ml.Data, kept, part, seed);

        var keys = ml
            .Transforms.Conversion.MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Fit(train);
        var (wanted, correct) = CorrectedStrategy.Parse(strategy);
        var progress = new RunProgress(key.WithoutCorrection());
        TellOfImagesAndCheckpoints(ml, progress);
        var options = grid.Options with
        {
            Strategy = wanted,
            Seed = seed,
            Diagnostics = diagnose ? new() : null,
            CachePath = grid.CacheOf(part, seed),
            CheckpointPath = grid.CheckpointsOf(key.WithoutCorrection(), diagnose),
            Progress = progress,
            PhaseProgress = progress,
        };
        var trainer = ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options);
        var (trained, seconds) = last.Of(key.WithoutCorrection(), diagnose, () =>
            progress.During(() => trainer.Fit(keys.Transform(train)))
        );
        var model = correct?.Invoke(new(trained, train, options) { Tell = Console.WriteLine }) ?? trained;
        using var corrected = ReferenceEquals(model, trained) ? null : model; // the trained one is kept

        var evaluation = Evaluation.Of(ml, model.Transform(heldOut));
        var minor = MinorClasses.Of(new ClassCounts(model.ClassNames, model.TrainingCounts));
        return (
            Row(key, evaluation.Metrics, minor, seconds),
            diagnose
                ? DescribedRun.Of(strategy, model, evaluation, options, train, heldOut)
                : TrainedRun.Of(strategy, model, evaluation.Metrics, options)
        );
    }

    // Training and scoring log each image that they skip, whenever they read it.
    private static void TellOfImagesAndCheckpoints(MLContext ml, RunProgress progress)
    {
        var told = new HashSet<string>();
        ml.Log += (_, line) =>
        {
            if (Told.Any(start => line.RawMessage.StartsWith(start, StringComparison.Ordinal)) && told.Add(line.RawMessage))
            {
                progress.Tell(line.RawMessage);
            }
        };
    }

    /// <summary>The line of the results file.</summary>
    public static RunRow Row(RunKey key, ImbalanceMetrics metrics, IReadOnlyList<bool> minor, double seconds)
    {
        double Recall(bool ofMinor) =>
            metrics
                .Classes.Where((_, c) => minor[c] == ofMinor)
                .Select(one => one.Recall)
                .OfType<double>() // a class without test images is in no average
                .DefaultIfEmpty(double.NaN)
                .Average();
        return new(key)
        {
            MacroAccuracy = metrics.MacroAccuracy,
            MicroAccuracy = metrics.MicroAccuracy,
            GMean = metrics.GeometricMean,
            MajorRecall = Recall(ofMinor: false),
            MinorRecall = minor.Contains(true) ? Recall(ofMinor: true) : double.NaN,
            Seconds = seconds,
            Versions = Versions,
        };
    }
}
