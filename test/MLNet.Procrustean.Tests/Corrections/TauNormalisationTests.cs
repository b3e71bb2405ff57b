using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Corrections;

public sealed class TauNormalisationTests
{
    private readonly TinyModel tiny = TinyModel.Shared;

    [Test]
    public void NormaliseClassifier_Rows_AreDividedByThePowersOfTheirLengths([Values(0, 0.5, 1)] double tau)
    {
        using var normalised = tiny.Classifier.NormaliseClassifier(tau);
        var (before, _) = LastLayer(tiny.Classifier);
        var (after, bias) = LastLayer(normalised);
        var features = before.Length / 3;
        for (var c = 0; c < 3; c++)
        {
            var length = Math.Sqrt(Enumerable.Range(c * features, features).Sum(i => (double)before[i] * before[i]));
            for (var i = c * features; i < (c + 1) * features; i++)
            {
                Assert.That(after[i], Is.EqualTo(before[i] / Math.Pow(length, tau)).Within(1e-6));
            }
        }

        Assert.That(bias, Is.All.Zero);
    }

    [Test]
    public void NormaliseClassifier_CosineHead_ScoresAsBefore()
    {
        using var model = TinyModel
            .Trainer(tiny.Context, TinyModel.Options with { Epochs = 1, Strategy = new LabelDistributionAwareMargin() })
            .Fit(tiny.Keyed);
        using var normalised = model.NormaliseClassifier();
        var (scores, before) = (TinyModel.Scores(normalised.Transform(tiny.Images)), TinyModel.Scores(model.Transform(tiny.Images)));
        Assert.That(scores.SelectMany(row => row), Is.EqualTo(before.SelectMany(row => row)).Within(1e-5));
    }

    [TestCase(-0.1)]
    [TestCase(1.1)]
    [TestCase(double.NaN)]
    public void NormaliseClassifier_TauOutOfRange_SaysWhatIsAllowed(double tau) =>
        Assert.That(
            () => tiny.Classifier.NormaliseClassifier(tau),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 0 to 1")
        );

    [Test]
    public void NormaliseClassifier_DisposedModel_IsRefused()
    {
        var model = tiny.Classifier.NormaliseClassifier();
        model.Dispose();
        Assert.That(() => model.NormaliseClassifier(), Throws.InstanceOf<ObjectDisposedException>());
    }

    private static (float[] Weight, float[] Bias) LastLayer(ImageClassifierModel model)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        model.SaveSafeTensors(path);
        using var file = File.OpenRead(path);
        var arrays = SafeTensors
            .Read(file)
            .Arrays.ToDictionary(
                array => array.Name,
                array => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(array.Bytes).ToArray()
            );
        return (arrays["fc.weight"], arrays["fc.bias"]);
    }
}
