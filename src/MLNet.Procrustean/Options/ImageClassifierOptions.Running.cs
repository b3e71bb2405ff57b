using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean;

// Around a training: progress, cancellation, and the files on disk.
public sealed partial record ImageClassifierOptions
{
    /// <summary>
    /// The processes that train this model together, of which this is one; null, the default, for this process alone.
    /// </summary>
    /// <remarks>
    /// <para>
    /// <see cref="BatchParts"/> is a multiple of their number: each process computes as many parts of every mini-batch as the others, and
    /// all end with the same model. Each fits the same data with the same options; where options or images differ, all refuse with what
    /// differs. Process 0 alone logs, reports its progress, and reads and writes checkpoints, from which any number of processes resumes.
    /// Its weights are the initial weights of all.
    /// </para>
    /// <para>
    /// One process on each machine decodes the images, into the file at <see cref="CachePath"/> or a temporary one, and all there share the
    /// file and its memory; only a column of <see cref="Microsoft.ML.Data.MLImage"/> is decoded and held by each. The processes divide the
    /// validation images among them, and each computes <see cref="Diagnostics"/> in full. An exception in one is thrown in all, as is a
    /// <see cref="Cancellation"/>; after a failure that can leave others waiting, all are ended (<see cref="IReplicas.Abort"/>).
    /// </para>
    /// </remarks>
    public IReplicas? Replicas { get; init; }

    /// <summary>
    /// Receives the report of each epoch when it ends, on the training thread unless it chooses its own; null, the default, for none.
    /// </summary>
    public IProgress<EpochReport>? Progress { get; init; }

    /// <summary>
    /// Receives how far the training is before the first epoch ends and within each one: reading of images, features of frozen stages, and
    /// steps. It is called on the training thread, when a phase begins, when it ends, and at most five times a second between; null, the
    /// default, for none.
    /// </summary>
    /// <remarks>
    /// It costs no step anything: nothing waits for a GPU. The log of the <see cref="Microsoft.ML.MLContext"/> has such a line every five
    /// seconds, with or without this option.
    /// </remarks>
    public IProgress<PhaseReport>? PhaseProgress { get; init; }

    /// <summary>
    /// Stops the reading of data within one row and the training within one step; <see cref="OnCancel"/> decides what the fit then returns.
    /// A moment after the <see cref="Microsoft.ML.MLContext"/> is cancelled, as by AutoML when its time is over, the fit stops likewise.
    /// </summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>
    /// The result of a cancelled training: <see cref="OperationCanceledException"/>, the default, or a model with the best weights so far.
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
    /// the model; one that is damaged is skipped, with a warning. Where one cannot be written, the training continues with a warning.
    /// </para>
    /// <para>
    /// When the same data is fitted with the same options again, the training resumes from the checkpoint, and on a CPU with the same
    /// number of threads ends with the weights of a training that was never interrupted, bit for bit. Its
    /// <see cref="ImageClassifierModel.EpochReports"/> hold all epochs; <see cref="Progress"/> receives only those that end after resuming,
    /// and <see cref="PhaseProgress"/> begins at the image reached. Without a <see cref="Seed"/>, the training uses the checkpoint's. Other
    /// options (those that change what is trained; a strategy is compared by its text) or other images are refused with a list of what
    /// differs.
    /// </para>
    /// <para>
    /// When the training is over, one finished checkpoint, as large as the model, replaces the others, so that nothing is lost when the
    /// process ends before the model is saved: the same fit returns the same model at once, bit for bit, with its reports (or, if the
    /// training diverged, throws the same <see cref="TrainingDivergedException"/>). To train again, delete the folder, or choose another
    /// <see cref="Seed"/> or path; without a <see cref="Seed"/>, another fit in the same process trains again too. A fit with other options
    /// (for example more <see cref="Epochs"/>) or on other images is not refused by a finished checkpoint: it starts from the beginning,
    /// and replaces it when it is over. <see cref="InitialWeights"/> continues from a finished model.
    /// </para>
    /// <para>
    /// Cross-validation fits the folds one after the other, each on other data. When it is run again after an interruption, a fold refuses
    /// the checkpoint of another fold: fit the folds yourself, with a folder for each.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public string? CheckpointPath
    {
        get;
        init => field = Require.PathOrNull(value, "a folder, or null for no checkpoints");
    }

    /// <summary>
    /// The longest training time that can be lost within an epoch when the process is killed: a checkpoint is written after the step during
    /// which this much time has passed since the last one. Not negative; 0 writes one after each step. The default is 10 minutes.
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
    /// A file that keeps the decoded images for the next training on them, which then starts at once, and beside it files with what frozen
    /// stages make of them; null, the default, for no cache.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Training reads the images from the file, so that there may be more of them than fit in memory; the file takes
    /// <see cref="ImageSize"/>² × <see cref="Channels"/> bytes for each. A cache of other images is rebuilt: when the rows, their order or
    /// the preprocessing differ, or a file has another path, size or time of last writing (in a column of bytes: when the bytes differ).
    /// Each image is checked when it is read. A file that is not such a cache is never overwritten. Where the cache cannot be written, the
    /// images are decoded into memory, with a warning, unless they do not fit there. <see cref="ValidationSet"/> has a second cache, with
    /// <c>.validation</c> at the end of its name. Trainings on other rows, such as the folds of a cross-validation, need a file each. With
    /// a column of <see cref="Microsoft.ML.Data.MLImage"/> the fit is refused.
    /// </para>
    /// <para>
    /// Where stages are frozen (<see cref="FrozenStages"/>) or the head is trained first (<see cref="HeadEpochs"/>), their features are
    /// kept too, with <c>.features-P.safetensors</c> at the end of the name and P the number of parts that the images have passed. A later
    /// training finds them there, also with another strategy, seed or number of epochs. They are computed again when they would be others:
    /// when the images, the weights or statistics of these stages, the preprocessing, the <see cref="Precision"/> or the kind of device
    /// differ, or mirror images or other copies are trained on. More of them than fit in memory are read as they are needed; without a
    /// cache, from a temporary file. A file takes two bytes for each number: for ResNet-18 at 224 pixels 1 kB an image for the head and
    /// 100 kB for the last stage, twice that with mirror images, and as much again for each copy. Each row is checked when it is read, a
    /// file of others is never overwritten, and where one cannot be written, the training continues without it, with a warning. Where they
    /// fit nowhere, each step computes them again, in full precision and with other draws of mirror images, so that the weights are others.
    /// Features that another processor or another number of threads has computed can differ in the last bits.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public string? CachePath
    {
        get;
        init => field = Require.PathOrNull(value, "a file, or null for none");
    }

    /// <summary>The cache of <see cref="ValidationSet"/>, or null for none.</summary>
    internal string? ValidationCachePath => CacheOfValidation(CachePath);

    /// <summary>That beside a cache of training images; null without one.</summary>
    internal static string? CacheOfValidation(string? cachePath) => cachePath is { } path ? path + ".validation" : null;
}
