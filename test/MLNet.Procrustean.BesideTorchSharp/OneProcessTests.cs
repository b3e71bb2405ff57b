using Microsoft.ML;
using TorchSharp;

namespace MLNet.Procrustean.BesideTorchSharp;

/// <summary>Microsoft.ML.TorchSharp 0.23.1 and the library in one process, on the library's TorchSharp 0.107.</summary>
/// <remarks>
/// What works: both load, whichever is used first. The library trains and scores as it does alone. The other's estimators can be created
/// and give their output schema, and its RoBERTa encoder runs.
/// What does not work: all trainers of Microsoft.ML.TorchSharp. Object detection calls a member that TorchSharp no longer has. The text
/// trainers dispose what the initialisation of a weight returns. In the TorchSharp that they were built for that is a second tensor, but in
/// this one it is the weight itself, so that their models lack weights as soon as they are created.
/// What cannot be tried here: the weights that these trainers download when they fit. Random weights replace them.
/// </remarks>
public sealed class OneProcessTests
{
    private static readonly string[] Heads = ["PredictionHead", "SequenceLabelHead"];

    [Test]
    public void Encoder_OfTheirs_Runs()
    {
        using var features = TheirModels.Encode();

        Assert.That(features.shape, Is.EqualTo(new long[] { 1, 5, 4 }));
        Assert.That(features.data<float>(), Is.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void Estimator_OfTheirs_TellsItsOutput()
    {
        var ml = new MLContext(seed: 1);

        var schema = TheirModels.SchemaOf(TheirModels.TextClassification(ml), TheirModels.Sentences(ml));

        Assert.That(schema.Select(column => column.Name), Is.SupersetOf(new[] { "PredictedLabel", "Score" }));
    }

    [Test]
    public void Initialisation_OfTheirs_DisposesTheWeight()
    {
        using var weight = torch.ones(2, 2);
        Assert.That(torch.nn.init.zeros_(weight), Is.SameAs(weight));

        TheirModels.InitialiseWithZeros(weight);

        Assert.That(weight.IsInvalid, Is.True);
    }

    [TestCaseSource(nameof(Heads))]
    public void Head_OfTheirTextModels_HasLostItsWeights(string head) =>
        Assert.That(() => TheirModels.Classify(head), Throws.InvalidOperationException.With.Message.Contains("empty handle"));

    [Test]
    public void TextModels_OfTheirs_AllHaveSuchAHead()
    {
        var models = TheirModels.Models();

        Assert.That(models.Keys, Is.EquivalentTo(new[] { "ModelForPrediction", "NerModel", "RobertaModelForQA" }));
        Assert.That(models.Values.Select(fields => fields.Intersect(Heads).Count()), Is.All.EqualTo(1));
    }

    [Test]
    public void TextClassification_WithWeightsInPlace_DoesNotTrain()
    {
        var folder = Directory.CreateTempSubdirectory("procrustean").FullName;
        try
        {
            var ml = new MLContext(seed: 1) { TempFilePath = folder };
            var trainer = TheirModels.TextClassification(ml);
            TheirModels.SaveWeights(trainer, folder);

            Assert.That(
                () => trainer.Fit(TheirModels.Sentences(ml)),
                Throws.InvalidOperationException.With.Message.Contains("empty handle")
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void OurClassifier_BeforeAndAfterTheirCode_ScoresTheSame()
    {
        var before = OurClassifier.TrainAndScore();
        Encoder_OfTheirs_Runs();
        TextClassification_WithWeightsInPlace_DoesNotTrain();

        Assert.That(before.Select(scores => scores.Sum()), Has.Exactly(8).Items.And.All.EqualTo(1).Within(1e-5));
        Assert.That(OurClassifier.TrainAndScore(), Is.EqualTo(before));
    }
}
