using System.Globalization;
using Microsoft.ML;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Scoring;

/// <summary>
/// Training, saving, loading and evaluating mean the same in every culture: decimal commas, and a capital of i that is not I.
/// </summary>
public sealed class CultureTests
{
    [TestCase("de-DE")]
    [TestCase("tr-TR")]
    [TestCase("pt-BR")]
    public void Fit_InAnotherCulture_GivesTheSameFileAndTheSameTable(string culture)
    {
        var expected = Run();
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new(culture);
            Assume.That(1.5.ToString(CultureInfo.CurrentCulture), Is.EqualTo("1,5"));
            Assert.That(Run(), Is.EqualTo(expected));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static (string Weights, string Table) Run()
    {
        var ml = new MLContext(seed: 1);
        using var folder = new TemporaryFolder();
        var (weights, zip) = (Path.Combine(folder.Path, "model.safetensors"), Path.Combine(folder.Path, "model.zip"));
        var options = TinyModel.Options with { Epochs = 1, Strategy = new Combined(new MajorFeatureWeakening(), new LogitAdjustment()) };
        using var model = TinyModel.Trainer(ml, options).Fit(TinyModel.Shared.Keyed);
        model.SaveSafeTensors(weights);
        ml.Model.SaveAtomically(model, TinyModel.Shared.Keyed.Schema, zip);
        var loaded = ml.Model.Load(zip, out _);
        using var owned = loaded as IDisposable;
        var metrics = ml.MulticlassClassification.EvaluateImbalance(loaded.Transform(TinyModel.Shared.Keyed));
        return (Convert.ToBase64String(File.ReadAllBytes(weights)), metrics.ToString());
    }
}
