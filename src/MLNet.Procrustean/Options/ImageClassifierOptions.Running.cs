using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

// What surrounds a training: progress, cancellation, and what is kept on disk.
public sealed partial record ImageClassifierOptions
{
    /// <summary>Told of each epoch as it ends, on the training thread unless it brings its own; null, the default, for nobody.</summary>
    public IProgress<EpochReport>? Progress { get; init; }

    /// <summary>Stops the training within one step; <see cref="OnCancel"/> decides what the fit then returns.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>
    /// What a cancelled training leads to: <see cref="OperationCanceledException"/>, the default, or a model with the best weights so far.
    /// </summary>
    public CancellationOutcome OnCancel
    {
        get;
        init => field = Require.Named(value);
    } = CancellationOutcome.Throw;

    /// <summary>
    /// A folder for checkpoints, from which an interrupted training resumes; null, the default, for no checkpoints. It is created if
    /// missing, and serves one training at a time.
    /// </summary>
    /// <remarks>
    /// <para>
    /// A checkpoint is written at the end of each epoch, every <see cref="CheckpointInterval"/> within one, and when the training is
    /// cancelled, also where a model is returned then (<see cref="OnCancel"/>). The last two are kept, each three to four times as large as
    /// the model; one that is damaged is passed over, with a warning. Where one cannot be written, the training continues with a warning.
    /// </para>
    /// <para>
    /// When the same data is fitted with the same options again, the training resumes from the checkpoint, and on a CPU with the same
    /// number of threads ends with the weights of a training that was never interrupted, bit for bit. Its
    /// <see cref="ImageClassifierModel.EpochReports"/> hold all epochs; <see cref="Progress"/> reports those that end now. Without a
    /// <see cref="Seed"/> it has the checkpoint's. Other options (those that change what is trained; a strategy is compared by its text) or
    /// other images are refused with a list of what differs.
    /// </para>
    /// <para>
    /// When the training is over, one finished checkpoint takes the place of the others, as large as the model, so that a process that ends
    /// before the model is saved costs nothing: the same fit gives the same model at once, bit for bit, with its reports (and one that
    /// diverged the same <see cref="TrainingDivergedException"/>). To train again, delete the folder, or choose another <see cref="Seed"/>
    /// or path; without a <see cref="Seed"/>, a further fit in the same process does so too. A fit with other options (more
    /// <see cref="Epochs"/>, say) or on other images is not refused by a finished checkpoint: it starts from the beginning, and replaces it
    /// when it is over. <see cref="InitialWeights"/> continues from a finished model.
    /// </para>
    /// <para>
    /// Cross-validation fits each fold in turn on other data: an interrupted one refuses the checkpoint of its fold, so fit the folds
    /// yourself with a folder for each.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public string? CheckpointPath
    {
        get;
        init => field = Require.PathOrNull(value, "a folder, or null for no checkpoints");
    }

    /// <summary>
    /// The most training time to lose within an epoch when the process is killed: a checkpoint is written after the step during which this
    /// has passed since the last one. Not negative; 0 writes one after each step. The default is 10 minutes.
    /// </summary>
    public TimeSpan CheckpointInterval
    {
        get;
        init =>
            field =
                value >= TimeSpan.Zero
                    ? value
                    : throw new ArgumentOutOfRangeException(
                        nameof(CheckpointInterval),
                        value,
                        $"{nameof(CheckpointInterval)} is {value}; it must not be negative."
                    );
    } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// A file that keeps the decoded images for the next training on them, which then starts at once; null, the default, for none.
    /// </summary>
    /// <remarks>
    /// The images are trained on from the file, so that they may be more than fit in memory; it takes <see cref="ImageSize"/>² ×
    /// <see cref="Channels"/> bytes for each. A cache of other images is rebuilt: where the rows, their order or the preprocessing are
    /// others, or a file has another path, size or time of last writing (of a column of bytes: other bytes). Each image is checked as it is
    /// read. A file that is no such cache is never overwritten. Where the cache cannot be written, the images are decoded into memory, with
    /// a warning, unless they do not fit there. <see cref="ValidationSet"/> has a second one, with <c>.validation</c> at the end of its
    /// name. Trainings on other rows, such as the folds of a cross-validation, take a file each. With a column of
    /// <see cref="Microsoft.ML.Data.MLImage"/> the fit is refused.
    /// </remarks>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public string? CachePath
    {
        get;
        init => field = Require.PathOrNull(value, "a file, or null for none");
    }
}
