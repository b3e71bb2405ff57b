using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Checkpoints;

/// <summary>
/// The checkpoints of one training: resumes one that was interrupted, or takes the result of one that is over; saves during the training,
/// and once more at the end.
/// </summary>
internal sealed class TrainingCheckpoints : IDisposable
{
    private const string Decided = "Augmentation by the images";
    private static readonly Guid ThisProcess = Guid.NewGuid();

    // The finished trainings of other processes whose model a fit has taken here.
    private static readonly ConcurrentDictionary<(string Folder, Guid? By, int Seed), bool> Given = [];
    private readonly CheckpointFolder folder;
    private readonly TimeSpan interval;
    private readonly IChannel channel;
    private readonly Stopwatch sinceLast = Stopwatch.StartNew();
    private Dictionary<string, string> settings = [];
    private Checkpoint? finished; // of a training that is over: assumed to be this one until a difference is found
    private Checkpoint? interrupted; // of a training that is not over
    private bool isOver;

    private TrainingCheckpoints(string path, TimeSpan interval, IChannel channel)
    {
        folder = new(path);
        this.interval = interval;
        this.channel = channel;
    }

    /// <summary>The seed of the training to resume, as far as it is known by now; null where there is no such training.</summary>
    public int? Seed => (finished ?? interrupted)?.Moment.Seed;

    /// <summary>Null where no checkpoints are asked for.</summary>
    /// <exception cref="ArgumentException">The options are not those of the interrupted training.</exception>
    /// <exception cref="IOException">The folder cannot be used.</exception>
    public static TrainingCheckpoints? Open(ImageClassifierOptions options, Device device, IChannel channel)
    {
        if (options.CheckpointPath is not { } path)
        {
            return null;
        }

        var checkpoints = new TrainingCheckpoints(path, options.CheckpointInterval, channel);
        try
        {
            checkpoints.Find(options, device);
            return checkpoints;
        }
        catch
        {
            checkpoints.Dispose();
            throw;
        }
    }

    /// <summary>The seed of the training to resume with these images; null where there is no such training.</summary>
    /// <remarks>
    /// It is another one than they were prepared with where the options set none and that of a finished training was taken, which turns out
    /// to be of other images, while there is also an interrupted training.
    /// </remarks>
    /// <param name="options">Those that were asked for, with what the images decided.</param>
    /// <param name="training">Its images.</param>
    /// <exception cref="ArgumentException">The options are not those of the interrupted training.</exception>
    public int? SeedFor(ImageClassifierOptions options, PreparedTraining training)
    {
        if (options.Seed is null && finished is not null && interrupted is not null)
        {
            LeaveFinishedUnlessSame(SettingsOf(options, training));
            if (finished is null)
            {
                TakeSeed(interrupted);
                RefuseInterruptedUnlessSame(); // before the images are prepared once more
            }
        }

        return Seed;
    }

    /// <summary>Restores the state of the checkpoint that was found; leaves it unchanged where there is no checkpoint.</summary>
    /// <param name="state">Of the training.</param>
    /// <param name="options">Those that were asked for, with what the images decided.</param>
    /// <param name="training">Its images.</param>
    /// <returns>The checkpoint, or null.</returns>
    /// <exception cref="ArgumentException">The images are not those of the interrupted training.</exception>
    /// <exception cref="IOException">What the checkpoint holds is not the state of such a training.</exception>
    public Checkpoint? Resume(TrainingState state, ImageClassifierOptions options, PreparedTraining training)
    {
        settings = SettingsOf(options, training);
        LeaveFinishedUnlessSame(settings);
        RefuseInterruptedUnlessSame();
        isOver = finished is not null;
        if ((finished ?? interrupted) is not { } found)
        {
            return null;
        }

        try
        {
            if (!isOver)
            {
                state.Remember(training.Classes, training.Device);
            }

            Restore(found, state, options.Backbone.Name, training);
        }
        catch (InvalidDataException problem)
        {
            throw Unusable(problem);
        }

        if (isOver)
        {
            Given[IdentityOf(found)] = true;
        }

        (finished, interrupted) = (null, null); // they are as large as the training's own weights
        channel.Info(MessageSensitivity.None, isOver ? Finished() : Resumed(found.Moment, options.Epochs));
        return found;
    }

    /// <summary>Restores the state of a checkpoint of the same training.</summary>
    /// <exception cref="InvalidDataException">What the checkpoint holds is not the state of such a training.</exception>
    public static void Restore(Checkpoint checkpoint, TrainingState state, string backbone, PreparedTraining training)
    {
        var (moment, arrays) = checkpoint;
        StateArrays.Restore(arrays, state, backbone, moment.BestAccuracy);
        QLearningArrays.Restore(arrays, state.Memory, moment.Epoch, training.Classes, backbone);
        var reports = ReportArrays.Restore(arrays, moment.Reports, training.Classes.Names);
        state.Restore(moment, reports, training.Classes.Classes, training.Device);
    }

    /// <summary>
    /// Writes a checkpoint, within an epoch only when the interval has passed since the last one. If that fails, the training continues
    /// with a warning.
    /// </summary>
    public void Save(TrainingState state, SavePoint point)
    {
        if (point != SavePoint.Step || sinceLast.Elapsed >= interval)
        {
            Try(() => folder.Save(Checkpoint.Of(state, settings)), "The training continues.");
            sinceLast.Restart();
        }
    }

    /// <summary>
    /// Writes the finished checkpoint of a training that is over, whether it ended well or diverged; a training without an epoch that ended
    /// well leaves no checkpoint.
    /// </summary>
    public void Finish(TrainingState state)
    {
        if (state.Reports.Count == 0)
        {
            folder.Clear();
        }
        else if (!isOver)
        {
            Try(
                () => folder.SaveFinished(Checkpoint.Of(state, settings, finishedBy: ThisProcess)),
                "The training is over and gives its model; the same fit would resume from the checkpoint before."
            );
        }
    }

    public void Dispose() => folder.Dispose();

    private IOException Unusable(InvalidDataException problem) =>
        new(
            $"The checkpoint in '{folder.Path}' cannot be resumed from: {problem.Message} "
                + $"Delete it, or name another folder in {nameof(ImageClassifierOptions.CheckpointPath)}.",
            problem
        );

    private (string Folder, Guid? By, int Seed) IdentityOf(Checkpoint checkpoint) =>
        (folder.Path, checkpoint.Moment.FinishedBy, checkpoint.Moment.Seed);

    private string Finished() =>
        $"This training is over already: its model is taken from the finished checkpoint in '{folder.Path}'. "
        + "To train again, delete the folder, "
        + $"or choose another {nameof(ImageClassifierOptions.Seed)} or {nameof(ImageClassifierOptions.CheckpointPath)}.";

    private string Resumed(TrainingMoment moment, int epochs) =>
        $"Resuming from the checkpoint in '{folder.Path}': epoch {moment.Epoch.Number} of {epochs}, after step {moment.Epoch.Steps}.";

    private void Try(Action write, string consequence)
    {
        try
        {
            write();
        }
        catch (IOException problem)
        {
            channel.Warning(MessageSensitivity.None, $"{problem.Message} {consequence}");
        }
    }

    // Compares the options alone, before any image is decoded.
    private void Find(ImageClassifierOptions options, Device device)
    {
        void Warn(string problem) => channel.Warning(MessageSensitivity.None, problem);
        finished = folder.ReadFinished(Warn);
        interrupted = folder.ReadNewest(Warn);
        if (finished is not null && interrupted is not null && Differences(finished, interrupted.Moment.Settings).Count == 0)
        {
            interrupted = null; // the process ended before it was deleted
        }

        settings = TrainingSettings.Of(options, device);
        if (options.Seed is null)
        {
            // This process already has the model of a training that it finished, or took as finished: a further fit asks for another one.
            finished = finished is { } one && IsGiven(one) ? null : finished;
            TakeSeed(finished);
        }

        LeaveFinishedUnlessSame(settings);
        if (finished is null)
        {
            if (options.Seed is null)
            {
                TakeSeed(interrupted);
            }

            RefuseInterruptedUnlessSame();
        }
    }

    private bool IsGiven(Checkpoint one) => one.Moment.FinishedBy == ThisProcess || Given.ContainsKey(IdentityOf(one));

    private void TakeSeed(Checkpoint? found) =>
        settings[nameof(ImageClassifierOptions.Seed)] = found?.Moment.Settings[nameof(ImageClassifierOptions.Seed)]
            ?? SettingDifferences.None;

    // With what is known when the images are prepared.
    private Dictionary<string, string> SettingsOf(ImageClassifierOptions options, PreparedTraining training)
    {
        var augmentation = $"{options.Augmentation}"; // not what was asked for where classes are each other's mirror image
        return new(settings.Concat(TrainingSettings.Of(training.Images, training.Classes.Names)))
        {
            [nameof(options.Seed)] = training.Seed.ToString(CultureInfo.InvariantCulture), // drawn by now if the options set none
            [Decided] = augmentation == settings[nameof(options.Augmentation)] ? SettingDifferences.None : augmentation,
        };
    }

    // Nothing is lost when another training begins: the finished checkpoint stays until that one is over.
    private void LeaveFinishedUnlessSame(Dictionary<string, string> now)
    {
        if (finished is not null && Differences(finished, now) is { Count: > 0 } differences)
        {
            channel.Info(
                MessageSensitivity.None,
                $"The finished checkpoint in '{folder.Path}' is of another training, and stays until this one is over:{Lines(differences)}"
            );
            finished = null;
        }
    }

    private void RefuseInterruptedUnlessSame()
    {
        if (finished is null && interrupted is not null && Differences(interrupted, settings) is { Count: > 0 } differences)
        {
            throw new ArgumentException(
                $"The checkpoint in '{folder.Path}' is of another training:{Lines(differences)}{Environment.NewLine}"
                    + "Train with the same settings to resume it; to train again, delete the folder "
                    + $"or name another one in {nameof(ImageClassifierOptions.CheckpointPath)}."
            );
        }
    }

    private static string Lines(List<string> differences) => string.Concat(differences.Select(line => Environment.NewLine + line));

    // Of the settings that are known so far: the options at first, the images later.
    private static List<string> Differences(Checkpoint checkpoint, Dictionary<string, string> now)
    {
        var known = TrainingSettings.Complete(now);
        var before = TrainingSettings.Complete(checkpoint.Moment.Settings).Where(setting => known.ContainsKey(setting.Key)).ToDictionary();
        return SettingDifferences.Between(before, "checkpoint", known);
    }
}
