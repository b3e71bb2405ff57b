using System.Collections.Immutable;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;

namespace MLNet.Procrustean.Model;

/// <summary>The weights of a trained model; they are read when a training begins, so the model must not be disposed until then.</summary>
internal sealed record ModelWeights(ImageClassifierModel Model) : InitialWeights
{
    public override Backbone Backbone => Model.Classifier.Backbone;

    public override int Channels => Model.Classifier.Preprocessing.Shape.Channels;

    internal override int? ImageSize => Model.Classifier.Preprocessing.Shape.Size;

    internal override AspectRatio? AspectRatio => Model.Classifier.Preprocessing.Shape.Aspect;

    internal override bool? AverageFlips => Model.Classifier.AverageFlips;

    internal override bool ArePretrained => false;

    internal override string Identity => $"a model with weights {Model.FingerprintOfWeights()}";

    public override string ToString() => $"the weights of a {Backbone.Name}";

    internal override Preprocessing PreprocessingOf(ImageShape shape) => Model.Classifier.Preprocessing with { Shape = shape };

    internal override string CopyTo(StagedNetwork network, ImmutableArray<string> classes)
    {
        var keepsHead = Model.ClassNames.SequenceEqual(classes) && Model.Head == network.Head.Kind;
        Model.CopyWeightsTo(network, keepsHead);
        return keepsHead
            ? "The training begins with all weights of the model."
            : "The training begins with the model's weights; its head is drawn, because the model has other classes "
                + "or another kind of head.";
    }
}
