using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>
/// Trainings that use every kind of random draw, with a folder for their checkpoints, and that can be stopped at any step.
/// </summary>
internal sealed class CheckpointedTraining : IDisposable
{
    /// <summary>19 training images in batches of 4, the last one of 3: an epoch has 5 steps.</summary>
    public const int StepsOfEpoch = 5;

    public const int Steps = 3 * StepsOfEpoch;

    private const int LossesOfStep = 2; // mixup asks for the loss with either label
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private readonly TemporaryFolder folder = new();
    private Action<int> onStep = _ => { };
    private int step;
    private int losses;

    public CheckpointedTraining()
    {
        Options = SmallTraining.Options with
        {
            ImageColumnName = "Image",
            Strategy = new StrategyOf(Watched),
            Epochs = 3,
            BatchSize = 4,
            ValidationSetFraction = 0.3,
            Keep = KeptEpoch.Best,
            Diagnostics = new TrainingDiagnostics { ImagesPerClass = 5 },
            Augmentation = new Augmentation(),
            Seed = 5,
            CheckpointPath = Path,
        };
        Ml.Log += (_, line) =>
        {
            lock (Log) // ML.NET logs on other threads too
            {
                Log.Add(line);
            }
        };
    }

    public string Path => System.IO.Path.Combine(folder.Path, "made", "by the training");

    public MLContext Ml { get; } = new(seed: 1);

    public List<LoggingEventArgs> Log { get; } = [];

    public IEnumerable<string> Warnings =>
        Log.Where(line => line.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning).Select(line => line.RawMessage);

    public ImageClassifierOptions Options { get; }

    /// <summary>The strategy, which mixes labels too.</summary>
    public TrainingStrategy Strategy { get; set; } =
        new Combined(new Mixup { Depth = MixingDepth.AnyStage }, new ClassBalancedSampling { Q = 0.5 });

    /// <summary>What the loss is multiplied by, to make a training unlearn or diverge.</summary>
    public double LossFactor { get; set; } = 1;

    /// <summary>The checkpoints of a training that is not over, the oldest first.</summary>
    public string[] Files => [.. Directory.GetFiles(Path, "checkpoint-*.safetensors").Order(StringComparer.Ordinal)];

    /// <summary>All files of the folder with their contents, when no training holds it.</summary>
    public Dictionary<string, byte[]> Contents() => Directory.GetFiles(Path).ToDictionary(path => path, File.ReadAllBytes);

    /// <summary>Deletes all checkpoints, also that of a training that is over.</summary>
    public void DeleteCheckpoints() => Directory.Delete(Path, recursive: true);

    public IDataView Images(int red = 16, int green = 11) => ColourRows.Of(Ml, red, green);

    /// <summary>Trains; the action is called during each step, with the step's number, counted from 1 in this training.</summary>
    public ImageClassifierModel Fit(ImageClassifierOptions options, IDataView? images = null, Action<int>? inStep = null)
    {
        (onStep, step, losses) = (inStep ?? (_ => { }), 0, 0);
        return Ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(images ?? Images());
    }

    /// <summary>Trains and cancels during that step.</summary>
    public void Cancel(int step, ImageClassifierOptions? options = null)
    {
        using var cancellation = new CancellationTokenSource();
        Assert.That(
            () => Fit((options ?? Options) with { Cancellation = cancellation.Token }, inStep: now => CancelAt(now)),
            Throws.InstanceOf<OperationCanceledException>()
        );

        void CancelAt(int now)
        {
            if (now == step)
            {
                cancellation.Cancel();
            }
        }
    }

    /// <summary>Trains and lets it fail in the midst of that step, as a killed process would.</summary>
    public void Fail(int step, ImageClassifierOptions options) =>
        Assert.That(
            () => Fit(options, inStep: now => _ = now == step ? throw new NotSupportedException("stopped") : now),
            Throws.TypeOf<NotSupportedException>()
        );

    /// <summary>Weights, and reports without their times, to compare trainings; the model is disposed.</summary>
    public (byte[] Weights, string Reports) Result(ImageClassifierModel model)
    {
        using (model)
        {
            var file = System.IO.Path.Combine(folder.Path, "model");
            model.SaveSafeTensors(file);
            var reports = model.EpochReports.Select(report =>
                report with
                {
                    Elapsed = default,
                    Preparation = default,
                    ImagesPerSecond = 0,
                }
            );
            return (File.ReadAllBytes(file), JsonSerializer.Serialize(reports, Json));
        }
    }

    /// <summary>The result of a training without checkpoints that nothing interrupts.</summary>
    public (byte[] Weights, string Reports) Uninterrupted() => Result(Fit(Options with { CheckpointPath = null }));

    public void Dispose() => folder.Dispose();

    private TrainingRule Watched(EpochContext epoch)
    {
        var rule = Strategy.RuleFor(epoch);
        return rule with
        {
            Loss = (logits, labels) =>
            {
                if (logits.requires_grad && losses++ % LossesOfStep == 0) // those of the rehearsal have no gradient
                {
                    onStep(++step);
                }

                return LossFactor == 1 ? rule.Loss(logits, labels) : rule.Loss(logits, labels) * LossFactor;
            },
        };
    }
}
