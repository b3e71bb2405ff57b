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

    private static readonly string[] Informational = ["Resuming from", "This training is over already"];
    private static readonly HashSet<string> Told = []; // in all runs: most are on the same images

    public static readonly string Versions =
        $"MLNet.Procrustean {typeof(ImageClassifierTrainer).Assembly.GetName().Version}, {RuntimeInformation.FrameworkDescription}, "
        + $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors";

    /// <summary>How many of the training folder's images a run for the test part trains on.</summary>
    public static int TrainingImages(Grid grid, MLContext ml, IDataView images)
    {
        var train = grid.Imbalance.Subset(ml.Data, images, Part.Test, grid.Seeds[0]);
        return ml.Data.CreateEnumerable<LabelledImageFile>(train, reuseRowObject: true).Count();
    }

    /// <summary>The line of a training whose loss ceased to be finite, or of one whose images the correction refused.</summary>
    /// <param name="key">The run.</param>
    /// <param name="seconds">Of the training; NaN where that diverged.</param>
    public static RunRow WithoutResult(RunKey key, double seconds) =>
        new(key)
        {
            MacroAccuracy = double.NaN,
            MicroAccuracy = double.NaN,
            GMean = double.NaN,
            MajorRecall = double.NaN,
            MinorRecall = double.NaN,
            Seconds = seconds,
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
        PassOn(ml, text => progress.Tell($"{strategy}, seed {seed}: {text}"));
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
        var model = correct is null ? trained : Corrected(correct, new(trained, train, options) { Tell = Console.WriteLine }, seconds);
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

    /// <summary>
    /// Passes on what the library warns of, once in all runs; which images it skips and how the training ended, once in each run.
    /// </summary>
    public static void PassOn(MLContext ml, Action<string> tell)
    {
        var ofRun = new HashSet<string>(); // training and scoring log an image whenever they read it
        ml.Log += (_, line) =>
        {
            var told =
                LibraryLog.IsOfSkippedImage(line) || LibraryLog.IsOfTraining(line) ? ofRun
                : LibraryLog.IsForTheUser(line, Informational) ? Told
                : null;
            if (told?.Add(line.RawMessage) == true)
            {
                tell(line.RawMessage);
            }
        };
    }

    private static ImageClassifierModel Corrected(
        Func<CorrectionInput, ImageClassifierModel> correct,
        CorrectionInput input,
        double seconds
    )
    {
        try
        {
            return correct(input);
        }
        catch (ArgumentException problem) // a class has too few images for it, say
        {
            throw new CorrectionRefusedException(problem.Message, problem) { Seconds = seconds };
        }
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
