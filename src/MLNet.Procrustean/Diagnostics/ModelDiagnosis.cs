using System.Collections.Immutable;
using Microsoft.ML;
using MLNet.Procrustean.Numerics;
using MLNet.Procrustean.Scoring;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Diagnostics;

/// <summary>Diagnoses a trained classifier by images of data views.</summary>
internal sealed class ModelDiagnosis(TrainedClassifier classifier, UnreadImages unread, string imageColumnName, Device device)
{
    /// <inheritdoc cref="ImageClassifierModel.Diagnose"/>
    public ModelDiagnostics Of(IDataView train, IDataView test, string labelColumnName, int imagesPerClass, int draws, int seed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (network, classes) = (classifier.Network, classifier.Labels.Names);
        var trainSample = ImageSample.Draw(train, labelColumnName, classes, imagesPerClass, seed);
        var testSample = ImageSample.Draw(test, labelColumnName, classes, imagesPerClass, seed);
        CheckClasses(classes, label => trainSample.Has(label), nameof(train));
        if (testSample.IsEmpty)
        {
            throw new ArgumentException("The test set has no row; give images that the model was not trained on.", nameof(test));
        }

        var (weight, bias) = (network.Head.LinearMap.Weight.to(float64).cpu(), network.Head.LinearMap.Bias.to(float64).cpu());
        var trained = Features(trainSample);
        var read = trained.Labels.data<long>().ToHashSet(); // without classes all of whose images are skipped
        CheckClasses(classes, label => read.Contains(label), nameof(train));
        using var random = RandomStream.Diagnostics.Generator(seed, epoch: 1);
        return ModelDiagnostics.Of(trained, Features(testSample), weight, bias, draws, random);

        ImageFeatures Features(ImageSample sample) =>
            ImageFeatures.Of(
                network,
                classifier.Preprocessing,
                sample.Parts(imageColumnName, classifier.Preprocessing.Shape, unread),
                device
            );
    }

    private static void CheckClasses(ImmutableArray<string> classes, Func<int, bool> has, string set)
    {
        var missing = classes.Where((_, label) => !has(label)).ToList();
        if (missing.Count > 0)
        {
            throw new ArgumentException(
                $"The training set has no image of the class {string.Join(", ", missing)}; give the data that the model was trained on.",
                set
            );
        }
    }
}
