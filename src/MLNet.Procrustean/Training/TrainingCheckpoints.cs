using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Runtime;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Persistence;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training;

/// <summary>The checkpoints of one training: takes up what an interrupted one left, writes on the way, and clears up at the end.</summary>
internal sealed class TrainingCheckpoints : IDisposable
{
    private readonly CheckpointFolder folder;
    private readonly TimeSpan interval;
    private readonly IChannel channel;
    private readonly Stopwatch sinceLast = Stopwatch.StartNew();
    private Dictionary<string, string> settings = [];
    private Checkpoint? found;

    private TrainingCheckpoints(string path, TimeSpan interval, IChannel channel)
    {
        folder = new(path);
        this.interval = interval;
        this.channel = channel;
    }

    /// <summary>The seed of the training to go on with; null where there is none.</summary>
    public int? Seed => found?.Moment.Seed;

    /// <summary>Null where no checkpoints are asked for.</summary>
    /// <exception cref="ArgumentException">The options are not those of the checkpoint found.</exception>
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
            checkpoints.found = checkpoints.folder.ReadNewest(problem => channel.Warning(MessageSensitivity.None, problem));
            checkpoints.Compare(TrainingSettings.Of(options with { Seed = options.Seed ?? checkpoints.Seed }, device));
            return checkpoints;
        }
        catch
        {
            checkpoints.Dispose();
            throw;
        }
    }

    /// <summary>Brings the state to where the checkpoint found was taken; leaves it as it is where there is none.</summary>
    /// <exception cref="ArgumentException">The images are not those of the checkpoint.</exception>
    /// <exception cref="IOException">What the checkpoint holds is not the state of such a training.</exception>
    public void GoOn(TrainingState state, ImageClassifierOptions options, int seed, TrainingImages images, IReadOnlyList<string> classes, Device device)
    {
        Compare(TrainingSettings.Of(images, classes));
        settings[nameof(options.Seed)] = seed.ToString(CultureInfo.InvariantCulture); // drawn by now where none was chosen
        if (found is not { Moment: var moment })
        {
            return;
        }

        try
        {
            StateArrays.Write(found.Arrays, state, options.Backbone.Name, moment.BestAccuracy);
            state.GoOnFrom(moment, classes.Count, device);
        }
        catch (InvalidDataException problem)
        {
            throw new IOException($"The checkpoint in '{folder.Path}' cannot be gone on from: {problem.Message} Delete it, or name another folder in {nameof(ImageClassifierOptions.CheckpointPath)}.", problem);
        }

        found = null; // it is as large as the training's own weights
        channel.Info(MessageSensitivity.None, $"Going on from the checkpoint in '{folder.Path}': epoch {moment.Epoch.Number} of {options.Epochs}, after step {moment.Epoch.Steps}.");
    }

    /// <summary>Writes a checkpoint after the last step of an epoch, and after another one when the interval has passed since the last.</summary>
    public void StepDone(TrainingState state, bool endsEpoch)
    {
        if (endsEpoch || sinceLast.Elapsed >= interval)
        {
            Write(state);
        }
    }

    /// <summary>Writes a checkpoint. A training does not end because that fails: it is warned of.</summary>
    public void Write(TrainingState state)
    {
        try
        {
            folder.Write(new(state.Moment(settings), StateArrays.Read(state)));
        }
        catch (IOException problem)
        {
            channel.Warning(MessageSensitivity.None, $"{problem.Message} The training goes on, and an earlier checkpoint is as it was.");
        }

        sinceLast.Restart();
    }

    /// <summary>Deletes the checkpoints of a training that is over.</summary>
    public void Clear()
    {
        try
        {
            folder.Clear();
        }
        catch (IOException problem)
        {
            channel.Warning(MessageSensitivity.None, $"The training is over, and its checkpoints in '{folder.Path}' cannot be deleted: {problem.Message}");
        }
    }

    public void Dispose() => folder.Dispose();

    // Options as soon as they are known, which spares decoding, and images afterwards.
    private void Compare(Dictionary<string, string> more)
    {
        settings = settings.Concat(more).ToDictionary();
        if (found is null)
        {
            return;
        }

        var before = found.Moment.Settings.Where(setting => settings.ContainsKey(setting.Key)).ToDictionary();
        var differences = TrainingSettings.Differences(before, "checkpoint", settings);
        if (differences.Count > 0)
        {
            throw new ArgumentException(
                $"The checkpoint in '{folder.Path}' is of another training:{Environment.NewLine}{string.Join(Environment.NewLine, differences)}{Environment.NewLine}" +
                $"Train as it was to go on with it; to begin anew, delete the folder or name another one in {nameof(ImageClassifierOptions.CheckpointPath)}.");
        }
    }
}
