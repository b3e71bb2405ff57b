using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Reading;
using MLNet.Procrustean.Reading.Cache;
using MLNet.Procrustean.Replicas;
using MLNet.Procrustean.Scoring;
using MLNet.Procrustean.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

// What a training begins with: its images, checked, and a network.
public sealed partial class ImageClassifierTrainer
{
    // Processes of one machine share the decoded images in a file: their memory is the system's, which has each page once.
    private PreparedTraining PrepareTogether(
        IDataView input,
        ProcessGroup processes,
        Func<ImageClassifierTrainer, PreparedTraining> prepare
    )
    {
        var isMixed = processes.InAny(Options.CachePath is null) && processes.InAny(Options.CachePath is not null);
        processes.Together(() =>
        {
            if (isMixed)
            {
                throw new ArgumentException(
                    $"{nameof(Options.CachePath)} is set in some of the processes; set the same one in all, or in none. "
                        + "Each machine writes one file."
                );
            }
        });

        bool HasKeys(IDataView data) => ImageKeys.HasFor(data.Schema, Options.ImageColumnName);
        using var cache = new SharedCache(processes, Options.CachePath, HasKeys(input) && HasKeys(Options.ValidationSet ?? input));
        var reading = new ImageClassifierTrainer(environment, Options with { CachePath = cache.Path });
        return cache.Make(() => prepare(reading));
    }

    // Checks what the labels alone can tell, so that a training that cannot work is refused before minutes of decoding.
    private PreparedTraining Prepare(IDataView input, CountedLabels counted, int seed, Device device, IChannel channel, PhaseMeter meter)
    {
        Options.Strategy.Check(Options.Backbone, Options.Epochs); // again: how many epochs may depend on the number of images
        var (labels, counts) = counted;
        if (counts.Any(count => count > 0)) // otherwise the reader reports that there is no row
        {
            HeadFor(new([.. labels.Names], [.. counts]));
            CheckParts(new([.. labels.Names], [.. counts]));
            if (Options.ValidationSetFraction > 0)
            {
                TrainingImages.CheckSplit(labels, counts);
            }
        }

        var skipped = new List<ImageException>();
        var images = Read(input, labels, seed, channel, skipped, meter);
        try
        {
            var classes = new ClassCounts([.. labels.Names], [.. images.Train.CountsOf(labels.Names.Length)]);
            channel.Info(
                MessageSensitivity.None,
                $"Training {Options.Backbone.Name} on {classes} with {Options.Strategy} "
                    + $"on {device} in {Options.Precision.On(device)}, seed {seed}."
            );
            var head = HeadFor(classes); // again: images that are held out or skipped change the counts
            CheckParts(classes);
            return new(images, labels, classes, head, skipped, seed, device);
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    private ClassifierHead HeadFor(ClassCounts classes) =>
        StrategyCheck.HeadOf(Options.Strategy, Options.Backbone, classes, Options.Epochs);

    private void CheckParts(ClassCounts classes)
    {
        Options.CheckParts(); // again: the size of a batch may depend on the number of images
        if (Options.BatchParts == 1)
        {
            return;
        }

        if (classes.Total < 2L * Options.BatchParts)
        {
            throw new ArgumentException(
                $"There are {classes.Total} training images, and each of the {Options.BatchParts} parts of a batch takes at least two; "
                    + $"give at most {classes.Total / 2} for {nameof(Options.BatchParts)}."
            );
        }

        if (StrategyCheck.LearningOf(Options.Strategy, classes, Options.Epochs) is not null)
        {
            throw new ArgumentException(
                $"{Options.Strategy} learns from rewards, which works on whole batches in one process; "
                    + $"{nameof(Options.BatchParts)} is {Options.BatchParts}: leave it out."
            );
        }
    }

    private TrainingImages Read(
        IDataView input,
        ClassLabels labels,
        int seed,
        IChannel channel,
        List<ImageException> skipped,
        PhaseMeter meter
    )
    {
        void Skip(ImageException problem)
        {
            skipped.Add(problem);
            channel.Warning(MessageSensitivity.None, $"Skipped an image: {problem.Message}");
        }

        var reader = new LabelledImagesReader(
            Options,
            Skip,
            text => channel.Info(MessageSensitivity.None, text),
            problem => channel.Warning(MessageSensitivity.None, problem),
            meter
        );
        if (Options.ValidationSet is { } validationSet)
        {
            return reader.Read(input, validationSet);
        }

        var images = reader.Read(input);
        return Options.ValidationSetFraction > 0
            ? TrainingImages.Split(images, labels, Options.ValidationSetFraction, seed)
            : new(images, null);
    }

    private TrainedClassifier InitialClassifier(PreparedTraining training, IChannel channel)
    {
        var preprocessing = Options.InitialWeights?.PreprocessingOf(Options.Shape)
            ?? Preprocessing.Measure(training.Images.Train.Pixels, Options.Shape);
        var network = Options.Backbone.Build(Options.Channels, training.Classes.Classes, training.Seed, training.Head);
        try
        {
            network.to(training.Device);
            if (Options.InitialWeights is { } weights)
            {
                channel.Info(MessageSensitivity.None, weights.CopyTo(network, training.Labels.Names));
            }
            else if (Options.WhitensStem)
            {
                PatchWhitening.Apply(network, preprocessing, training.Images.Train, training.Seed);
            }

            network.Stem.Convolution.Weight.requires_grad = !Options.WhitensStem;
            network.KeepsStatistics = Options.KeepsStatistics;
            network.Freeze(Options.FrozenStages);
            return new(network, Options.Backbone, preprocessing, training.Labels, training.Classes.Counts, Options.AverageFlips);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
