namespace MLNet.Procrustean.Diagnostics;

/// <summary>
/// Counts the images of the phases of a training, and tells how far it is: progress at the begin and at the end of each phase, and at most
/// five times a second between them; the log every five seconds, and at the end of each phase before the first epoch.
/// </summary>
/// <remarks>
/// A call takes a look at the clock, and no more unless it is time to tell. Whatever the progress throws passes on to the caller.
/// </remarks>
/// <param name="progress">Told; null for nobody.</param>
/// <param name="log">Told in words.</param>
/// <param name="clock">The time; null for that of the system.</param>
internal sealed class PhaseMeter(IProgress<PhaseReport>? progress, Action<string> log, TimeProvider? clock = null)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.2);
    public static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);
    private readonly TimeProvider clock = clock ?? TimeProvider.System;
    private TrainingPhase? phase;
    private long? total; // of the phase or of the epoch, as is the next
    private long images;
    private int epoch;
    private int epochs;
    private Mark begun; // the phase, in this process
    private Mark paced; // the phase or the epoch, in this process
    private long told;
    private long logged = (clock ?? TimeProvider.System).GetTimestamp();

    /// <summary>Told of what is worth a warning; null, the default, for the log.</summary>
    public Action<string>? Warned { get; init; }

    // All images of the phase so far.
    private long Work => ((epoch - 1) * total.GetValueOrDefault()) + images;

    /// <summary>One that tells nobody.</summary>
    public static PhaseMeter Silent() => new(null, _ => { });

    /// <summary>A phase before the first epoch begins.</summary>
    /// <param name="next">The phase.</param>
    /// <param name="total">Its images; null where their number is unknown.</param>
    public void Begin(TrainingPhase next, long? total)
    {
        (phase, this.total, images, epoch, epochs) = (next, total, 0, 1, 1);
        paced = begun = Now();
        Tell();
    }

    /// <summary>An epoch begins, or is resumed; with the first one, the phase of training begins.</summary>
    /// <param name="number">The epoch, counted from 1.</param>
    /// <param name="of">The number of epochs.</param>
    /// <param name="total">The images of an epoch.</param>
    /// <param name="done">Those of this epoch that are done already.</param>
    public void BeginEpoch(int number, int of, long total, long done)
    {
        var isFirst = phase != TrainingPhase.Training;
        (phase, this.total, images, epoch, epochs) = (TrainingPhase.Training, total, done, number, of);
        paced = Now();
        if (isFirst)
        {
            begun = paced;
            Tell();
        }
    }

    /// <summary>So many images of the phase or of the epoch are done.</summary>
    public void Reached(long done)
    {
        images = done;
        if (progress is not null && clock.GetElapsedTime(told) >= Interval)
        {
            Tell();
        }

        if (clock.GetElapsedTime(logged) >= LogInterval)
        {
            Log();
        }
    }

    /// <summary>The phase ends, or an epoch does; with the last one, training ends.</summary>
    public void End()
    {
        if (epoch == epochs)
        {
            Tell();
        }

        if (phase != TrainingPhase.Training) // the report of an epoch has a line of its own
        {
            Log();
        }
    }

    /// <summary>Something worth a line of the log.</summary>
    public void Remark(string text) => log(text);

    /// <summary>Something that does not stop the training and should be known.</summary>
    public void Warn(string text) => (Warned ?? log)(text);

    private void Tell()
    {
        progress?.Report(Report());
        told = clock.GetTimestamp(); // after the report, so that a slow one does not follow upon the last at once
    }

    private void Log()
    {
        log(Report().ToString());
        logged = clock.GetTimestamp();
    }

    private PhaseReport Report()
    {
        var isTraining = phase == TrainingPhase.Training;
        var (done, time) = Since(begun);
        var (ofPace, timeOfPace) = Since(paced);
        return new()
        {
            Phase = phase!.Value,
            Epoch = isTraining ? epoch : null,
            Epochs = isTraining ? epochs : null,
            Images = images,
            TotalImages = total,
            ImagesPerSecond = timeOfPace > TimeSpan.Zero ? ofPace / timeOfPace.TotalSeconds : 0,
            TimeLeft = done > 0 && total is { } all ? Left(time, (((double)epochs * all) - Work) / done) : null,
        };
    }

    private static TimeSpan Left(TimeSpan time, double times) => times < Longest / time ? time * times : Longest;

    private Mark Now() => new(clock.GetTimestamp(), Work);

    private (long Work, TimeSpan Time) Since(Mark mark) => (Work - mark.Work, clock.GetElapsedTime(mark.Time));

    private readonly record struct Mark(long Time, long Work);
}
