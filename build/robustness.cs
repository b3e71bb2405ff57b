#:project ../src/MLNet.Procrustean/MLNet.Procrustean.csproj
#:package libtorch-cpu-linux-x64
#:property RuntimeIdentifier=linux-x64
#:property SelfContained=false
#:property PublishAot=false
#:property NoWarn=CA1305;CA1050;CA1852;IDE0005

// How robust a training on a step imbalance is, plain and adversarial:
//   dotnet run -c Release build/robustness.cs -- FOLDER SIZE CHANNELS EPSILON LARGEST RATIO EPOCHS SEED STRATEGY...
// FOLDER has train and test, with a sub-folder of images per class; EPSILON is ε of the test's attacks, of 255. A strategy is plain, la,
// sampling, or the attack of each step: tau=0, tau=0.5, la+tau=0 and so on, and tau=0.5/2 with half of ε. The test has 200 images of each
// class. Its attacks have 10 steps of ε/4, and aim at costs by counts with τ = 1, or at equal ones; those of training have 4 of ε/2.55.
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using MLNet.Procrustean;

var (folder, size, channels, epsilon) = (args[0], int.Parse(args[1]), int.Parse(args[2]), Parsed(args[3]));
var (largest, ratio, epochs, seed) = (int.Parse(args[4]), int.Parse(args[5]), int.Parse(args[6]), int.Parse(args[7]));
var attack = new ProjectedGradientAttack
{
    Epsilon = epsilon,
    StepSize = epsilon / 4,
    Steps = 10,
};
var ml = new MLContext(seed);
var all = ml.Data.LoadImageFolder(Path.Combine(folder, "train"));
var train = ml.Data.StepSubset(all, imbalanceRatio: ratio, largestClass: largest, seed: seed);
var test = ml.Data.StepSubset(ml.Data.LoadImageFolder(Path.Combine(folder, "test")), imbalanceRatio: 1, largestClass: 200, seed: seed);
var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(train);
Console.WriteLine("| training | macro accuracy | attacked | G-mean | attacked | large, small attacked | cost attacked | seconds |");
Console.WriteLine("|---|---|---|---|---|---|---|---|");
foreach (var text in args[8..])
{
    var options = new ImageClassifierOptions
    {
        Strategy = text.Split('+').Select(Named).Aggregate((first, second) => new Combined(first, second)),
        Backbone = new CifarResNet { Depth = 8, Width = 16 },
        ImageSize = size,
        Channels = channels,
        Epochs = epochs,
        Precision = Precision.Fp32,
        Seed = seed,
    };
    var clock = Stopwatch.StartNew();
    using var model = ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(keys.Transform(train));
    var seconds = clock.Elapsed.TotalSeconds;
    var costs = CostMatrix.ByCounts(new(model.ClassNames, model.TrainingCounts), tau: 1);
    var equal = ml.MulticlassClassification.EvaluateRobustness(model, test, attack);
    var directed = ml.MulticlassClassification.EvaluateRobustness(model, test, attack, costs);
    var (clean, robust) = (equal.Clean, equal.Robust);
    var recalls = Enumerable
        .Range(0, 2)
        .Select(half => robust.Classes.Where((_, c) => model.TrainingCounts[c] < largest == (half == 1)).Average(one => one.Recall));
    string[] cells =
    [
        text,
        .. new[] { clean.MacroAccuracy, robust.MacroAccuracy, clean.GeometricMean, robust.GeometricMean }.Select(Number),
        string.Join(", ", recalls.Select(recall => Number(recall!.Value))),
        Number(directed.RobustCost),
        seconds.ToString("0", CultureInfo.InvariantCulture),
    ];
    Console.WriteLine($"| {string.Join(" | ", cells)} |");
}

static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

static double Parsed(string text) => double.Parse(text, CultureInfo.InvariantCulture);

TrainingStrategy Named(string name) =>
    name switch
    {
        "plain" => new PlainTraining(),
        "la" => new LogitAdjustment(),
        "sampling" => new ClassBalancedSampling(),
        _ => Adversarial(name["tau=".Length..].Split('/')),
    };

CostSensitiveAdversarialTraining Adversarial(string[] tauAndPart)
{
    var strongest = epsilon / (tauAndPart.Length == 1 ? 1 : Parsed(tauAndPart[1]));
    return new()
    {
        Tau = Parsed(tauAndPart[0]),
        Attack = new()
        {
            Epsilon = strongest,
            StepSize = strongest / 2.55,
            Steps = 4,
        },
    };
}
