using System.CommandLine;
using Benchmark;
using MLNet.Procrustean;
using TrainFolder;

// Compares strategies on one data set over several seeds, and goes on where it stopped.
var train = new Option<DirectoryInfo>("--train")
{
    Description = "The folder to train on, with one sub-folder of images per class.",
    Required = true,
};
var test = new Option<DirectoryInfo>("--test") { Description = "The folder to test on; it has the same classes.", Required = true };
var imbalance = new Option<string>("--imbalance") { Description = ImbalanceText.Help, DefaultValueFactory = _ => "natural" };
var strategies = new Option<string[]>("--strategy")
{
    Description =
        "Once for each strategy; the first is what the others are compared with. Alternatives with | between them, as in \"la(tau=0.5) | la(tau=1)\": the best on held-out images is taken. "
        + CorrectedStrategy.Help,
    Required = true,
};
var seeds = new Option<int[]>("--seed")
{
    Description = "Once for each seed; it draws the subset and decides the training.",
    DefaultValueFactory = _ => [1, 2, 3],
};
var selectionSeeds = new Option<int[]>("--selection-seed")
{
    Description = "Seeds for choosing among alternatives.",
    DefaultValueFactory = _ => [101],
};
var backbone = new Option<string>("--backbone")
{
    Description = "cifar-resnet-8|14|20|32|44|56, with -wN for width N, or resnet-18|34|50.",
    DefaultValueFactory = _ => "cifar-resnet-8",
};
var size = new Option<int>("--size") { Description = "The side that images are resized to, in pixels.", DefaultValueFactory = _ => 32 };
var channels = new Option<int>("--channels") { Description = "3 for colour, 1 for grey.", DefaultValueFactory = _ => 3 };
var whitened = new Option<bool?>("--whitened-stem")
{
    Description =
        "true: the first convolution keeps the principal directions of the images' patches; false: it is trained. [default: as the library has it]",
};
var augmentation = new Option<string>("--augmentation")
{
    Description = "crop-flip, crop, flip or none.",
    DefaultValueFactory = _ => "crop-flip",
};
var epochs = new Option<int>("--epochs") { Description = "How often each image is seen.", DefaultValueFactory = _ => 15 };
var batch = new Option<int>("--batch")
{
    Description = "Images per step.",
    DefaultValueFactory = _ => new ImageClassifierOptions().BatchSize,
};
var learningRate = new Option<double>("--learning-rate")
{
    Description = "The full learning rate; it warms up and then falls by a cosine.",
    DefaultValueFactory = _ => new ImageClassifierOptions().LearningRate,
};
var precision = new Option<Precision>("--precision")
{
    Description = "fp32, which any processor has, bf16 or auto.",
    DefaultValueFactory = _ => Precision.Fp32,
};
var results = new Option<FileInfo>("--results")
{
    Description = "The results file (CSV): runs that it has are not done again. One process at a time; files can be joined afterwards.",
    DefaultValueFactory = _ => new("benchmark.csv"),
};
var report = new Option<FileInfo?>("--report")
{
    Description = "Where to write an HTML report; trains each strategy once more, with the first seed and with diagnostics.",
};

var command = new RootCommand(
    "Compares training strategies: mean and standard deviation over seeds, paired differences, settings chosen on held-out images."
)
{
    train,
    test,
    imbalance,
    strategies,
    seeds,
    selectionSeeds,
    backbone,
    size,
    channels,
    whitened,
    augmentation,
    epochs,
    batch,
    learningRate,
    precision,
    results,
    report,
};
command.SetAction(
    (arguments, cancellation) =>
    {
        try
        {
            if (arguments.GetValue(report) is { } reportFile)
            {
                TrainingReport.CheckPath(reportFile.FullName);
            }

            var grid = new Grid
            {
                Train = arguments.GetValue(train)!.FullName,
                Test = arguments.GetValue(test)!.FullName,
                Imbalance = ImbalanceText.Parse(arguments.GetValue(imbalance)!),
                Contenders = [.. arguments.GetValue(strategies)!.Select(Contender.Parse)],
                Seeds = [.. arguments.GetValue(seeds)!.Distinct()],
                SelectionSeeds = [.. arguments.GetValue(selectionSeeds)!.Distinct()],
                Options = new ImageClassifierOptions
                {
                    Backbone = Backbone.Parse(arguments.GetValue(backbone)!),
                    ImageSize = arguments.GetValue(size),
                    Channels = arguments.GetValue(channels),
                    WhitenedStem = arguments.GetValue(whitened),
                    Augmentation = AugmentationText.Parse(arguments.GetValue(augmentation)!),
                    Epochs = arguments.GetValue(epochs),
                    BatchSize = arguments.GetValue(batch),
                    LearningRate = arguments.GetValue(learningRate),
                    Precision = arguments.GetValue(precision),
                    Cancellation = cancellation,
                },
            };
            Console.WriteLine(grid.Settings);
            var runner = new GridRunner(grid, new ResultsFile(arguments.GetValue(results)!.FullName));
            var chosen = runner.Choose();
            Console.WriteLine(Summary.Table(runner.Judge(chosen)));
            if (arguments.GetValue(report) is { } file)
            {
                TrainingReport.Write(file.FullName, runner.Describe(chosen), grid.Title);
            }

            return Task.FromResult(0);
        }
        catch (Exception problem)
            when (problem
                    is ArgumentException
                        or FormatException
                        or InvalidOperationException
                        or IOException
                        or UnauthorizedAccessException
                        or ImageException
                        or TrainingDivergedException
                        or OperationCanceledException
            )
        {
            Console.Error.WriteLine(problem.Message);
            return Task.FromResult(1);
        }
    }
);
return await command.Parse(args).InvokeAsync();
