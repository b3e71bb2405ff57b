using System.Globalization;

namespace MLNet.Procrustean.Training;

/// <summary>Finds trainings that ended about where they began, so that nobody takes the model for a trained one.</summary>
internal static class NearChance
{
    /// <summary>Epochs times images; a training that saw fewer is a trial, of which nobody expects much.</summary>
    public const long FewestImagesSeen = 1_000;

    /// <summary>The mean training accuracy below which a training is near chance, for C classes.</summary>
    /// <remarks>
    /// A quarter of the way from chance to 1, 1/C + (1 − 1/C)/4, and with more than nine classes the geometric mean of the two, 1/√C, which
    /// is lower there: .63 for 2 classes, .32 for 10 and .10 for 100.
    /// </remarks>
    public static double Bound(int classes)
    {
        var chance = 1.0 / classes;
        return Math.Min(chance + ((1 - chance) / 4), Math.Sqrt(chance));
    }

    /// <summary>Warns of a training that is over and learned little; not of one that was cut short or saw few images.</summary>
    /// <param name="reports">Of its epochs.</param>
    /// <param name="classes">The classes with their numbers of training images.</param>
    /// <param name="options">Of the training.</param>
    /// <param name="warn">Told what was found and what to change, at most once.</param>
    public static void Tell(IReadOnlyList<EpochReport> reports, ClassCounts classes, ImageClassifierOptions options, Action<string> warn)
    {
        if (reports is not [.., var last] || last.Epoch < last.Epochs || last.Epochs * classes.Total < FewestImagesSeen)
        {
            return;
        }

        double[] drawn = [.. last.TrainingAccuracy.Where(double.IsFinite)];
        if (drawn.Length > 0 && drawn.Average() < Bound(classes.Classes))
        {
            warn(Message(drawn.Average(), classes.Classes, options));
        }
    }

    private static string Message(double accuracy, int classes, ImageClassifierOptions options) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"The training ended near chance: in its last epoch the mean training accuracy of the {classes} classes is {accuracy:0.00}, "
                + $"and guessing gives {1.0 / classes:0.00}. "
        )
        + $"Try more {nameof(options.Epochs)}, another {nameof(options.LearningRate)} or a larger {nameof(options.Backbone)} "
        + $"such as {nameof(ResNet)}"
        + (options.InitialWeights is null ? $", or begin with pretrained weights ({nameof(options.InitialWeights)})." : ".");
}
