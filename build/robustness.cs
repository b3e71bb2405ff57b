#:project ../src/MLNet.Procrustean/MLNet.Procrustean.csproj
#:package libtorch-cpu-linux-x64
#:property RuntimeIdentifier=linux-x64
#:property SelfContained=false
#:property PublishAot=false
#:property NoWarn=CA1305;CA1050;CA1852;IDE0005

// How robust a training on grey images of step imbalance is, plain and adversarial:
//   dotnet run -c Release build/robustness.cs -- FOLDER LARGEST RATIO EPOCHS SEED STRATEGY...
// FOLDER has train and test, as build/fashion-mnist-folder.cs writes them. A strategy is plain, la, or the attack of each step: tau=0,
// tau=0.5, la+tau=0 and so on. The test has 200 images of each class. All attacks have ε = 25.5; those of the test have 10 steps, and aim
// at costs by counts with τ = 1, or at equal ones.
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using MLNet.Procrustean;

var (folder, largest, ratio, epochs, seed) = (args[0], int.Parse(args[1]), int.Parse(args[2]), int.Parse(args[3]), int.Parse(args[4]));
var ml = new MLContext(seed);
var all = ml.Data.LoadImageFolder(Path.Combine(folder, "train"));
var train = ml.Data.StepSubset(all, imbalanceRatio: ratio, largestClass: largest, seed: seed);
var test = ml.Data.StepSubset(ml.Data.LoadImageFolder(Path.Combine(folder, "test")), imbalanceRatio: 1, largestClass: 200, seed: seed);
var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(train);
Console.WriteLine("| training | macro accuracy | attacked | G-mean | attacked | large, small attacked | cost attacked | seconds |");
Console.WriteLine("|---|---|---|---|---|---|---|---|");
foreach (var text in args[5..])
{
    var options = new ImageClassifierOptions
    {
        Strategy = text.Split('+').Select(Named).Aggregate((first, second) => new Combined(first, second)),
        Backbone = new CifarResNet { Depth = 8, Width = 16 },
        ImageSize = 28,
        Channels = 1,
        Epochs = epochs,
        Precision = Precision.Fp32,
        Seed = seed,
    };
    var clock = Stopwatch.StartNew();
    using var model = ml.MulticlassClassification.Trainers.ProcrusteanImageClassification(options).Fit(keys.Transform(train));
    var seconds = clock.Elapsed.TotalSeconds;
    var attack = new ProjectedGradientAttack
    {
        Epsilon = 25.5,
        StepSize = 6.375,
        Steps = 10,
    };
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

static TrainingStrategy Named(string name) =>
    name switch
    {
        "plain" => new PlainTraining(),
        "la" => new LogitAdjustment(),
        "sampling" => new ClassBalancedSampling(),
        _ => new CostSensitiveAdversarialTraining
        {
            Tau = double.Parse(name["tau=".Length..], CultureInfo.InvariantCulture),
            Attack = new()
            {
                Epsilon = 25.5,
                StepSize = 10,
                Steps = 4,
            },
        },
    };
