using System.Collections.Immutable;
using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean.Training;

/// <summary>Checks a trained classifier whose weights another training begins with.</summary>
internal static class InitialWeightsCheck
{
    /// <summary>Refuses a model whose weights would mean something else in the training that is about to begin.</summary>
    /// <exception cref="ArgumentException">They do not; the message lists what differs.</exception>
    public static void Check(TrainedClassifier start, ImageClassifierOptions options, ClassifierHead head, ImmutableArray<string> classes)
    {
        var differences = SettingDifferences.Between(
            Describe(start.Labels.Names, start.Backbone, start.Network.Head.Kind, start.Preprocessing.Shape),
            "model",
            Describe(classes, options.Backbone, head, options.Shape)
        );
        if (differences.Count > 0)
        {
            throw new ArgumentException(
                $"The training cannot begin with the model in {nameof(ImageClassifierOptions.InitialWeights)}:{Environment.NewLine}"
                    + $"{string.Join(Environment.NewLine, differences)}{Environment.NewLine}"
                    + "Set the options as they were for the model, transform the data by the same fitted MapValueToKey, "
                    + $"or leave {nameof(ImageClassifierOptions.InitialWeights)} out."
            );
        }
    }

    private static Dictionary<string, string> Describe(
        ImmutableArray<string> classes,
        Backbone backbone,
        ClassifierHead head,
        ImageShape shape
    ) =>
        new()
        {
            ["Classes"] = SettingDifferences.List(classes),
            ["Backbone"] = backbone.Name,
            ["Head"] = head.ToString(),
            ["ImageSize"] = shape.Size.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Channels"] = shape.Channels.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["AspectRatio"] = shape.Aspect.ToString(),
        };
}
