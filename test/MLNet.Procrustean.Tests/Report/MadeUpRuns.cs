using System.Collections.Immutable;
using MLNet.Procrustean.Imbalance;

namespace MLNet.Procrustean.Tests.Report;

/// <summary>
/// Runs with numbers as a training might give them: rare classes are learned late, generalise worse and are taken for frequent ones.
/// </summary>
internal sealed class MadeUpRuns(string[] names, long[] counts)
{
    public static readonly MadeUpRuns Step = new(
        ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"],
        [2000, 2000, 2000, 2000, 2000, 20, 20, 20, 20, 20]
    );

    public static readonly MadeUpRuns Natural = new(
        [
            "T-Shirt",
            "Longsleeve",
            "Pants",
            "Shoes",
            "Shirt",
            "Dress",
            "Outwear",
            "Shorts",
            "Not sure",
            "Hat",
            "Skirt",
            "Polo",
            "Undershirt",
            "Blazer",
            "Hoodie",
            "Body",
            "Top",
        ],
        [809, 560, 552, 345, 302, 286, 250, 246, 182, 137, 124, 96, 94, 87, 80, 55, 34]
    );

    public static MadeUpRuns Many(int classes) =>
        new(
            [.. Enumerable.Range(0, classes).Select(c => $"class {c}")],
            [.. Enumerable.Range(0, classes).Select(c => (long)(500 * Math.Pow(0.01, c / (classes - 1.0))))]
        );

    private double Rarity(int c) =>
        counts.Max() == counts.Min() ? 0 : Math.Log((double)counts.Max() / counts[c]) / Math.Log((double)counts.Max() / counts.Min());

    /// <param name="name">The run.</param>
    /// <param name="balance">How well the training evens out the classes, 0 to 1.</param>
    /// <param name="seed">Of the noise.</param>
    /// <param name="epochs">The number of epochs.</param>
    public TrainedRun Run(string name, double balance, int seed, int epochs = 15)
    {
        var random = new Random(seed);
        double Noise(double size) => size * ((2 * random.NextDouble()) - 1);
        var recalls = names
            .Select((_, c) => Math.Clamp(0.92 - (0.05 * balance) - (Rarity(c) * (0.6 - (0.42 * balance))) + Noise(0.08), 0.02, 0.99))
            .ToArray();
        return new()
        {
            Name = name,
            Seed = seed,
            Metrics = new(names, counts, Confusion(recalls, Noise)),
            Epochs = [.. Enumerable.Range(1, epochs).Select(epoch => Epoch(epoch, epochs, balance, Noise))],
            Diagnostics = Model(balance, Noise),
            Prediction = Prediction(),
            Calibration = Calibration(balance, Noise),
            Robustness = Robustness(recalls, Noise),
            Settings = [new("Strategy", name), new("Epochs", $"{epochs}"), new("Backbone", "cifar-resnet-20"), new("Learning rate", "0.1")],
            TrainingTime = TimeSpan.FromSeconds(400 + (100 * balance)),
        };
    }

    public TrainedRun WithoutDiagnostics(string name, double balance, int seed)
    {
        var run = Run(name, balance, seed);
        return run with
        {
            Diagnostics = null,
            Prediction = null,
            Calibration = null,
            Robustness = null,
            Epochs = [.. run.Epochs.Select(report => report with { Diagnostics = null })],
        };
    }

    private ImmutableArray<ImmutableArray<long>> Confusion(double[] recalls, Func<double, double> noise) =>
        [
            .. recalls.Select(
                (recall, actual) =>
                {
                    var right = (long)Math.Round(100 * recall);
                    var pull = counts.Select((count, c) => c == actual ? 0 : Math.Sqrt(count) * (1 + noise(0.9))).ToArray();
                    var row = pull.Select(weight => (long)((100 - right) * weight / pull.Sum())).ToArray();
                    row[actual] = right;
                    row[actual == 0 ? 1 : 0] += 100 - row.Sum();
                    return row.ToImmutableArray();
                }
            ),
        ];

    private EpochReport Epoch(int epoch, int epochs, double balance, Func<double, double> noise)
    {
        var progress = (double)epoch / epochs;
        var accuracies = counts
            .Select(
                (_, c) =>
                    Math.Clamp(
                        (0.98 - (0.3 * Rarity(c) * (1 - balance))) * (1 - Math.Exp(-progress * (9 - (7.5 * Rarity(c) * (1 - balance)))))
                            + noise(0.035),
                        0,
                        1
                    )
            )
            .ToImmutableArray();
        return new()
        {
            Epoch = epoch,
            Epochs = epochs,
            Loss = 2.3 * Math.Exp(-2 * progress),
            LearningRate = 0.1 * (1 - progress),
            ImagesPerSecond = 400 + noise(20),
            Classes = [.. names],
            TrainingAccuracy = [.. accuracies.Select(accuracy => 0.9 * accuracy)],
            Diagnostics = new()
            {
                TrainingAccuracy = accuracies,
                Leakage = Math.Clamp((0.9 * Math.Exp(-progress * (1 + (4 * balance)))) + noise(0.03), 0, 1),
                FeatureGradients = [.. counts.Select((_, c) => 0.3 * (1 + (2 * Rarity(c) * (1 - balance))))],
                GradientRatio = Math.Exp(((1 - balance) * 1.2 * (0.4 + progress)) + noise(0.12)),
            },
            Elapsed = TimeSpan.FromSeconds(27 * epoch),
        };
    }

    private ModelDiagnostics Model(double balance, Func<double, double> noise)
    {
        var cosines = Pairs(
            (a, b) => a == b ? 1 : (-1.0 / (counts.Length - 1)) + (0.5 * Math.Min(Rarity(a), Rarity(b)) * (1 - balance)) + noise(0.06)
        );
        return new()
        {
            FeatureDeviation = [.. counts.Select((_, c) => 0.6 + (2.4 * Rarity(c) * (1 - (0.6 * balance))) + noise(0.2))],
            NeuralCollapse = new()
            {
                Variability = 0.42 - (0.1 * balance),
                UnequalNorms = 0.31,
                UnequalAngles = 0.124,
                DualityGap = 0.087,
                NearestMeanDisagreement = 0.0132,
            },
            ClassifierNorms = [.. counts.Select((_, c) => 1.6 - (0.7 * Rarity(c) * (1 - balance)) + noise(0.08))],
            ClassifierCosines = cosines,
            ClassifierEnergy = 1.93,
            FeatureEnergy = 21.7,
        };
    }

    // Classes of the rarest tenth of the scale have rows of length 0.
    private LayerPeeledPrediction Prediction() =>
        new()
        {
            ClassifierNorms = [.. counts.Select((_, c) => Rarity(c) > 0.9 ? 0 : 1.7 - (0.5 * Rarity(c)))],
            Cosines = Pairs(
                (a, b) =>
                    Rarity(a) > 0.9 || Rarity(b) > 0.9 ? (double?)null
                    : a == b ? 1
                    : -0.25
            ),
        };

    // Too sure of themselves, and more so on rare classes; 40 images of each.
    private CalibrationMetrics Calibration(double balance, Func<double, double> noise) =>
        new(
            [
                .. counts.SelectMany(
                    (n, c) =>
                        Enumerable
                            .Range(0, 40)
                            .Select(image => new ScoredAnswer(
                                n > 100 ? ShotGroup.Many
                                    : n >= 20 ? ShotGroup.Medium
                                    : ShotGroup.Few,
                                (float)Math.Clamp(0.75 + noise(0.25), 0.1, 1),
                                image % 10 > (4 - (2 * balance)) * Rarity(c)
                            ))
                ),
            ],
            unscoredCount: 0
        );

    private RobustnessMetrics Robustness(double[] recalls, Func<double, double> noise) =>
        new(
            new(),
            CostMatrix.Equal([.. names]),
            new(names, counts, Confusion(recalls, noise)),
            new(names, counts, Confusion([.. recalls.Select(recall => 0.4 * recall)], noise))
        );

    private ImmutableArray<ImmutableArray<T>> Pairs<T>(Func<int, int, T> of) =>
        [.. counts.Select((_, a) => counts.Select((_, b) => of(a, b)).ToImmutableArray())];
}
