using System.CommandLine;
using MLNet.Procrustean;
using TrainFolder;

// Trains a classifier on any folder of images, one sub-folder per class, and reports how well it does on each class.
var train = new Option<DirectoryInfo>("--train")
{
    Description = "The folder to train on, with one sub-folder of images per class.",
    Required = true,
};
var test = new Option<DirectoryInfo?>("--test") { Description = "The folder to test on; it has the same classes." };
var testFraction = new Option<double>("--test-fraction")
{
    Description = "Without --test: the share of each class to hold out and test on.",
    DefaultValueFactory = _ => 0.2,
};
var strategy = new Option<string>("--strategy") { Description = StrategyText.Help, DefaultValueFactory = _ => "recommended" };
var correction = new Option<string>("--correction")
{
    Description = $"What is done to the trained model: {CorrectionText.Help}",
    DefaultValueFactory = _ => "none",
};
var backbone = new Option<string>("--backbone")
{
    Description = "The network: cifar-resnet-8|14|20|32|44|56, with -wN for width N, or resnet-18|34|50 for photos.",
    DefaultValueFactory = _ => "cifar-resnet-20",
};
var size = new Option<int>("--size") { Description = "The side that images are resized to, in pixels.", DefaultValueFactory = _ => 64 };
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
var epochs = new Option<int>("--epochs") { Description = "How often each image is seen.", DefaultValueFactory = _ => 30 };
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
var seed = new Option<int>("--seed") { Description = "The seed of everything random.", DefaultValueFactory = _ => 1 };
var skipBad = new Option<bool>("--skip-bad-images")
{
    Description = "Leave out images that cannot be read, instead of stopping at the first.",
};
var checkpoint = new Option<DirectoryInfo?>("--checkpoint")
{
    Description =
        "A folder for checkpoints, from which the same command goes on where it was interrupted, or ends at once where the training was over.",
};
var checkpointMinutes = new Option<double>("--checkpoint-minutes")
{
    Description = "The most minutes of an epoch to lose; a checkpoint is written at the end of each epoch anyway.",
    DefaultValueFactory = _ => 10,
};
var cache = new Option<FileInfo?>("--cache")
{
    Description = "A file that keeps the decoded images, so that the next training on them starts at once.",
};
var precision = new Option<Precision>("--precision")
{
    Description = "fp32, which any processor has; bf16; or auto, which is bf16 where the processor or the GPU has it.",
    DefaultValueFactory = _ => Precision.Auto,
};
var model = new Option<FileInfo?>("--model") { Description = "Where to save the model, as an ML.NET zip file." };
var json = new Option<FileInfo?>("--json") { Description = "Where to write the results, as JSON." };
var report = new Option<FileInfo?>("--report")
{
    Description = "Where to write a report with charts, as an HTML file; the training is then diagnosed after each epoch.",
};

var command = new RootCommand("Trains an image classifier on a folder of images with imbalanced classes.")
{
    train,
    test,
    testFraction,
    strategy,
    correction,
    backbone,
    size,
    channels,
    whitened,
    augmentation,
    epochs,
    batch,
    learningRate,
    seed,
    skipBad,
    checkpoint,
    checkpointMinutes,
    cache,
    precision,
    model,
    json,
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

            var run = new Run
            {
                Train = arguments.GetValue(train)!.FullName,
                Test = arguments.GetValue(test)?.FullName,
                TestFraction = arguments.GetValue(testFraction),
                StrategyName = arguments.GetValue(strategy)!,
                CorrectionName = arguments.GetValue(correction)!,
                Correction = CorrectionText.Parse(arguments.GetValue(correction)!),
                ModelPath = arguments.GetValue(model)?.FullName,
                JsonPath = arguments.GetValue(json)?.FullName,
                ReportPath = arguments.GetValue(report)?.FullName,
                Options = new()
                {
                    Strategy = StrategyText.Parse(arguments.GetValue(strategy)!),
                    Backbone = Backbone.Parse(arguments.GetValue(backbone)!),
                    ImageSize = arguments.GetValue(size),
                    Channels = arguments.GetValue(channels),
                    WhitenedStem = arguments.GetValue(whitened),
                    Augmentation = AugmentationText.Parse(arguments.GetValue(augmentation)!),
                    Epochs = arguments.GetValue(epochs),
                    BatchSize = arguments.GetValue(batch),
                    LearningRate = arguments.GetValue(learningRate),
                    Seed = arguments.GetValue(seed),
                    BadImages = arguments.GetValue(skipBad) ? BadImages.Skip : BadImages.Refuse,
                    Diagnostics = arguments.GetValue(report) is null ? null : new(),
                    Progress = new ConsoleProgress(),
                    Cancellation = cancellation,
                    CachePath = arguments.GetValue(cache)?.FullName,
                    Precision = arguments.GetValue(precision),
                    CheckpointPath = arguments.GetValue(checkpoint)?.FullName,
                    CheckpointInterval = TimeSpan.FromMinutes(arguments.GetValue(checkpointMinutes)),
                },
            };
            run.Execute();
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
                        or MLNet.Procrustean.TrainingDivergedException
            )
        {
            Console.Error.WriteLine(problem.Message);
            return Task.FromResult(1);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine(
                CheckpointIn(arguments.GetValue(checkpoint)) is { } folder
                    ? $"Stopped. The same command goes on from the checkpoint in {folder}."
                    : "Stopped."
            );
            return Task.FromResult(130); // as after Ctrl+C
        }
    }
);
return await command.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) }); // time for a last checkpoint

// Null where none was written yet.
static string? CheckpointIn(DirectoryInfo? folder) =>
    folder is not null && Directory.Exists(folder.FullName) && Directory.EnumerateFiles(folder.FullName, "*.safetensors").Any()
        ? folder.FullName
        : null;
