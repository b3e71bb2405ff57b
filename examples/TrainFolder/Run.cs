using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean;
using Shared;

namespace TrainFolder;

/// <summary>One training with its evaluation.</summary>
internal sealed record Run
{
    // Lines of the log that warn of nothing: of checkpoints, and of what the training begins with.
    private static readonly string[] Informational = ["checkpoint", "The training begins with", "The head was trained"];

    public required string Train { get; init; }

    public string? Test { get; init; }

    public double TestFraction { get; init; }

    public required string StrategyName { get; init; }

    public required string CorrectionName { get; init; }

    public required Func<CorrectionInput, ImageClassifierModel> Correction { get; init; }

    /// <summary>The share of the training images that calibrates the scores; with 0 they stay as they are.</summary>
    public double CalibrationFraction { get; init; }

    public ProjectedGradientAttack? Attack { get; init; }

    public string? ModelPath { get; init; }

    public string? JsonPath { get; init; }

    public string? ReportPath { get; init; }

    public required ImageClassifierOptions Options { get; init; }

    public required ConsoleProgress Progress { get; init; }

    public required Processes Processes { get; init; }

    public void Execute()
    {
        try
        {
            TrainAndEvaluate();
        }
        finally
        {
            Progress.Clear();
        }
    }

    private void TrainAndEvaluate()
    {
        var ml = new MLContext(Options.Seed);
        ml.Log += (_, line) => Tell(line);
        var (train, calibration, test) = Processes.InAll(() => Load(ml));
        var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(train);
        var trainer = Processes.InAll(() => ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(Options));
        var clock = Stopwatch.StartNew();
        using var trained = Processes.Train(() => trainer.Fit(keys.Transform(train)));
        if (!Processes.IsFirst)
        {
            return;
        }

        using var corrected = Corrected(ml, keys, trained, train);
        var seconds = clock.Elapsed.TotalSeconds;
        Save(ml, keys.Append(corrected), train.Schema); // first, so that an image below that cannot be read costs no training
        var (skippedInCalibration, skippedInTest) = (new List<ImageException>(), new List<ImageException>());
        corrected.OnSkippedImage = skippedInCalibration.Add;
        var temperature = calibration is null ? 1 : FitTemperature(ml, corrected, calibration, skippedInCalibration);
        using var classifier = calibration is null ? corrected : corrected.ScaleTemperature(temperature);
        classifier.OnSkippedImage = skippedInTest.Add;

        var model = keys.Append(classifier);
        if (calibration is not null)
        {
            Save(ml, model, train.Schema);
        }

        var evaluation = Evaluate(ml, classifier, model.Transform(Counted(ml, test)), test);
        Progress.Clear();
        Console.WriteLine(evaluation);
        var skipped = new SkippedImages(classifier.SkippedImages, skippedInCalibration, skippedInTest);
        skipped.Print();
        if (JsonPath is not null)
        {
            RunResults.Write(JsonPath, this, evaluation, temperature, skipped, seconds, classifier.EpochReports);
        }

        if (ReportPath is not null)
        {
            WriteReport(ReportPath, classifier, temperature, evaluation, train, test);
        }
    }

    // What was trained is saved first: a correction can refuse the images, or be stopped in a search of hours.
    private ImageClassifierModel Corrected(MLContext ml, ITransformer keys, ImageClassifierModel trained, IDataView train)
    {
        if (CorrectionName != "none")
        {
            Save(ml, keys.Append(trained), train.Schema);
        }

        try
        {
            return Correction(new(trained, train, Options) { Tell = Progress.Tell, Progress = Progress });
        }
        catch (Exception problem) when (ModelPath is not null && problem is ArgumentException or InvalidOperationException)
        {
            throw new InvalidDataException($"{problem.Message} The model is in {ModelPath}, not corrected.", problem);
        }
    }

    private (IDataView Train, IDataView? Calibration, IDataView Test) Load(MLContext ml)
    {
        if (Processes.IsFirst)
        {
            OutputFiles.Check(ReportPath, ModelPath, JsonPath); // now, not when the training is done
        }

        var (images, test) = Test is { } folder
            ? ImageFolders.Load(ml, Train, folder)
            : ml.Data.StratifiedSplit(ml.Data.LoadImageFolder(Train), "Label", TestFraction, Options.Seed!.Value);
        if (CalibrationFraction == 0)
        {
            return (images, null, test);
        }

        try
        {
            var (train, calibration) = ml.Data.StratifiedSplit(images, "Label", CalibrationFraction, Options.Seed!.Value);
            return (train, calibration, test);
        }
        catch (ArgumentException problem)
        {
            throw new ArgumentException($"--calibration-fraction divides the images that are left to train on: {problem.Message}", problem);
        }
    }

    private double FitTemperature(MLContext ml, ImageClassifierModel classifier, IDataView calibration, List<ImageException> skipped)
    {
        var temperature = Read("calibration", () => classifier.FitTemperature(Counted(ml, calibration)));
        var count = calibration.GetColumn<string>("Label").Count() - skipped.Count;
        if (temperature is < 0.0101 or > 99) // the ends of what can be fitted
        {
            Progress.Tell($"The scores stay as they are: no temperature is the best for the {count} images held out. Hold out more.");
            return 1;
        }

        var text = temperature.ToString("0.000", CultureInfo.InvariantCulture);
        Progress.Tell($"The scores are calibrated by a temperature of {text}, fitted on {count} images held out.");
        return temperature;
    }

    private Evaluation Evaluate(MLContext ml, ImageClassifierModel classifier, IDataView scored, IDataView test) => Read("test", () =>
        {
            var evaluation = Evaluation.Of(ml, scored);
            Options.Cancellation.ThrowIfCancellationRequested();
            classifier.OnSkippedImage = null; // they are listed by now
            return evaluation with { Robustness = Attack is null ? null : Attacked(ml, classifier, test, Attack) };
        });

    private RobustnessMetrics Attacked(MLContext ml, ImageClassifierModel classifier, IDataView test, ProjectedGradientAttack attack) =>
        ml.MulticlassClassification.EvaluateRobustness(
            classifier,
            Counted(ml, test),
            attack,
            seed: Options.Seed!.Value,
            cancellation: Options.Cancellation
        );

    // The model is saved by then.
    private T Read<T>(string what, Func<T> read)
    {
        var calibrated = what == "calibration" ? ", not calibrated" : "";
        var saved = ModelPath is null ? "" : $" The model is in {ModelPath}{calibrated}.";
        try
        {
            return read();
        }
        catch (ImageException problem)
        {
            var again = Options.CheckpointPath is null ? "" : ", and takes the training from its checkpoint";
            throw new InvalidDataException(
                $"{problem.Message}{saved} With --bad-images skip, the same command leaves such images out of the {what}{again}.",
                problem
            );
        }
        catch (ArgumentException problem) // no image can be read
        {
            throw new InvalidDataException($"{problem.Message}{saved}", problem);
        }
    }

    private IDataView Counted(MLContext ml, IDataView images)
    {
        var (sinceShown, count) = (Stopwatch.StartNew(), 0L);
        return ml.Data.FilterByCustomPredicate<LabelledImageFile>(images, _ => Dropped());

        bool Dropped()
        {
            count++;
            if (sinceShown.Elapsed > TimeSpan.FromSeconds(0.2))
            {
                Progress.Scored(count);
                sinceShown.Restart();
            }

            return false;
        }
    }

    private void Save(MLContext ml, ITransformer model, DataViewSchema schema)
    {
        if (ModelPath is null)
        {
            return;
        }

        try
        {
            ml.Model.SaveAtomically(model, schema, ModelPath);
        }
        catch (IOException problem) when (Options.CheckpointPath is not null)
        {
            throw new IOException(
                $"{problem.Message} The same command saves it without training again, from the checkpoint in {Options.CheckpointPath}.",
                problem
            );
        }
    }

    private void WriteReport(
        string path,
        ImageClassifierModel classifier,
        double temperature,
        Evaluation evaluation,
        IDataView train,
        IDataView test
    )
    {
        var name = CorrectionName == "none" ? StrategyName : $"{StrategyName}, corrected by {CorrectionName}";
        name = temperature == 1 ? name : FormattableString.Invariant($"{name}, scores calibrated (T = {temperature:0.00})");
        var title = $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(Train))}: {name}";
        TrainingReport.Write(path, [DescribedRun.Of(name, classifier, evaluation, Options, train, test)], title);
    }

    private void Tell(LoggingEventArgs line)
    {
        if (Processes.IsFirst && LibraryLog.IsForTheUser(line, Informational))
        {
            Progress.Tell(line.RawMessage);
        }
    }
}
