using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Diagnostics.LayerPeeled;

public sealed class LayerPeeledModelTests
{
    // 17 classes of natural frequencies.
    private static readonly double[] Natural = [3000, 2500, 2100, 1500, 1300, 1000, 900, 700, 500, 350, 300, 200, 150, 100, 60, 30, 12];

    // K_A = K_B = 5, E_H = 5, E_W = 1, as the paper's figure has it.
    [TestCase(0.0, -.11)]
    [TestCase(0.1, -.10)]
    [TestCase(0.2, -.09)]
    [TestCase(0.3, -.07)]
    [TestCase(0.4, -.05)]
    [TestCase(0.5, -.02)]
    [TestCase(0.6, .02)]
    [TestCase(0.7, .07)]
    [TestCase(0.8, .15)]
    [TestCase(0.9, .28)]
    [TestCase(1.0, .52)]
    [TestCase(1.1, 1.00)]
    [TestCase(1.5, 1.00)]
    [TestCase(2.0, 1.00)]
    [TestCase(3.0, 1.00)]
    public void Predict_StepImbalance_GivesTheKnownCosineOfMinorClassifiers(double logRatio, double cosine)
    {
        var prediction = new LayerPeeledModel().Predict(Step(5, 5, Math.Pow(10, logRatio)));
        for (var c = 5; c < 10; c++)
        {
            for (var d = 5; d < 10; d++)
            {
                Assert.That(prediction.Cosines[c][d], Is.EqualTo(c == d ? 1 : cosine).Within(0.01));
            }
        }
    }

    [TestCase(3, 1, 4.14, 0.005)]
    [TestCase(3, 2.5, 25.5, 0.05)]
    [TestCase(3, 5, 245.5, 0.5)]
    [TestCase(3, 10, 6351, 0.5)]
    [TestCase(3, 20, 6.4e5, 5e2)]
    [TestCase(5, 1, 1.735, 0.0005)]
    [TestCase(5, 2.5, 3.73, 0.005)]
    [TestCase(5, 5, 12.19, 0.005)]
    [TestCase(5, 10, 81.1, 0.05)]
    [TestCase(5, 20, 1290, 1)]
    [TestCase(7, 1, 1.37, 0.005)]
    [TestCase(7, 2.5, 2.04, 0.005)]
    [TestCase(7, 5, 4.00, 0.005)]
    [TestCase(7, 10, 13.7, 0.05)]
    [TestCase(7, 20, 95.4, 0.05)]
    public void CollapseRatio_TenClasses_IsTheKnownOne(int majorClasses, double energy, double expected, double digits)
    {
        var model = new LayerPeeledModel { FeatureEnergy = energy / 2, ClassifierEnergy = 2 };
        Assert.That(model.CollapseRatio(majorClasses, 10 - majorClasses), Is.EqualTo(expected).Within(digits));
    }

    // The solver knows nothing of the closed form.
    [TestCase(1, 2, 5)]
    [TestCase(1, 9, 0.5)]
    [TestCase(5, 5, 5)]
    [TestCase(3, 7, 20)]
    [TestCase(15, 2, 1)]
    public void CollapseRatio_AnyClasses_IsWhereTheSolversClassifiersBecomeParallel(int majors, int minors, double energy)
    {
        var model = new LayerPeeledModel { FeatureEnergy = energy };
        var ratio = model.CollapseRatio(majors, minors);
        double? MinorCosine(double r) => model.Predict(Step(majors, minors, r)).Cosines[^1][^2];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(MinorCosine(ratio * 0.9999), Is.LessThan(1 - 1e-6));
            Assert.That(MinorCosine(ratio * 1.0001), Is.EqualTo(1).Within(1e-12));
        }
    }

    [Test]
    public void CollapseRatio_MoreEnergy_RisesFromOneToInfinity()
    {
        double[] energies = [1e-8, 1e-4, 0.01, 1, 10, 100, 1e8];
        var ratios = energies.Select(energy => new LayerPeeledModel { FeatureEnergy = energy }.CollapseRatio(5, 5)).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ratios, Is.Ordered.And.Unique);
            Assert.That(ratios[0], Is.EqualTo(1).Within(1e-3));
            Assert.That(ratios[^1], Is.EqualTo(double.PositiveInfinity));
        }
    }

    [Test]
    public void Predict_EqualCounts_IsTheSimplex([Values(2, 3, 10)] int classes, [Values(0.01, 5, 1e4)] double energy)
    {
        var prediction = new LayerPeeledModel { FeatureEnergy = energy, ClassifierEnergy = 4 }.Predict([
            .. Enumerable.Repeat(7.0, classes),
        ]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(prediction.ClassifierNorms, Has.Length.EqualTo(classes).And.All.EqualTo(2).Within(1e-6));
            for (var c = 0; c < classes; c++)
            {
                for (var d = 0; d < classes; d++)
                {
                    Assert.That(prediction.Cosines[c][d], Is.EqualTo(c == d ? 1 : -1.0 / (classes - 1)).Within(1e-6));
                }
            }
        }
    }

    [Test]
    public void Predict_NaturalCounts_HasTheEnergyAndSmallerNormsForRarerClasses([Values(0.1, 5, 1e4)] double featureEnergy)
    {
        var prediction = new LayerPeeledModel { FeatureEnergy = featureEnergy, ClassifierEnergy = 3 }.Predict(Natural);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(prediction.ClassifierNorms.Average(norm => norm * norm), Is.EqualTo(3).Within(1e-9));
            Assert.That(prediction.ClassifierNorms, Is.Ordered.Descending);
        }
    }

    [Test]
    public void Predict_ClassesReordered_ReordersTheResult()
    {
        int[] order = [.. Enumerable.Range(0, 17)];
        new Random(1).Shuffle(order);
        var expected = new LayerPeeledModel().Predict(Natural);
        var prediction = new LayerPeeledModel().Predict([.. order.Select(c => Natural[c])]);
        AssertSame(prediction, expected, order);
    }

    [Test]
    public void Predict_CountsScaled_ChangesNothing([Values(1e-300, 0.37, 1e304)] double factor) =>
        AssertSame(
            new LayerPeeledModel().Predict([.. Natural.Select(count => count * factor)]),
            new LayerPeeledModel().Predict(Natural),
            [.. Enumerable.Range(0, 17)]
        );

    // With little energy, all of it is in the major classes, which form a simplex of their own.
    [Test]
    public void Predict_ClassWithoutEnergy_HasNormZeroAndNoCosine()
    {
        var prediction = new LayerPeeledModel { FeatureEnergy = 1 }.Predict(Step(5, 5, 100));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(prediction.ClassifierNorms[..5], Is.All.EqualTo(Math.Sqrt(2)).Within(1e-6));
            Assert.That(prediction.ClassifierNorms[5..], Is.All.Zero);
            Assert.That(prediction.Cosines[0][1], Is.EqualTo(-0.25).Within(1e-6));
            Assert.That(prediction.Cosines[0][5], Is.Null);
            Assert.That(prediction.Cosines[5].Concat(prediction.Cosines[9]), Is.All.Null);
        }
    }

    [Test]
    public void OversamplingRate_Ratio_BringsItDownToTheCollapseRatio()
    {
        var model = new LayerPeeledModel();
        var rate = model.OversamplingRate(100, 5, 5);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(100 / rate, Is.EqualTo(12.19).Within(0.005));
            Assert.That(model.OversamplingRate(12, 5, 5), Is.EqualTo(1));
            Assert.That(model.Predict(Step(5, 5, 100 / (1.01 * rate))).Cosines[8][9], Is.LessThan(0.99));
            Assert.That(LayerPeeledModel.OversamplingRate(100, 4), Is.EqualTo(25));
            Assert.That(LayerPeeledModel.OversamplingRate(3, 4), Is.EqualTo(1));
        }
    }

    [Test]
    public void Predict_Ended_LeavesNoTensor() =>
        Assert.That(NativeMemory.TensorsLeftBy(() => new LayerPeeledModel().Predict([5, 3, 1])), Is.Zero);

    [TestCase(new double[] { 5 }, "there are 1 counts")]
    [TestCase(new double[] { 5, 0 }, "class 1 (counted from 0) is 0")]
    [TestCase(new double[] { -2, 5 }, "class 0 (counted from 0) is -2")]
    [TestCase(new[] { 5, double.NaN }, "is NaN")]
    [TestCase(new[] { 5, double.PositiveInfinity }, "a finite number above 0")]
    public void Predict_UnusableCounts_NamesTheClass(double[] counts, string message) =>
        Assert.That(() => new LayerPeeledModel().Predict(counts), Throws.ArgumentException.With.Message.Contains(message));

    [Test]
    public void Predict_EnergyBeyondFloatingPoint_SaysSo() =>
        Assert.That(
            () => new LayerPeeledModel { FeatureEnergy = 1e20 }.Predict([2, 1]),
            Throws.TypeOf<ArithmeticException>().With.Message.Contains("√(E_H · E_W) is 1e+10").And.Message.Contains("smaller energies")
        );

    [Test]
    public void Energies_NotPositive_AreRefused([Values(0, -1, double.NaN, double.PositiveInfinity)] double energy)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => new LayerPeeledModel { FeatureEnergy = energy },
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("FeatureEnergy")
            );
            Assert.That(
                () => new LayerPeeledModel { ClassifierEnergy = energy },
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("ClassifierEnergy")
            );
        }
    }

    [Test]
    public void CollapseRatioAndOversamplingRate_OutOfRange_AreRefused()
    {
        var model = new LayerPeeledModel();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => model.CollapseRatio(0, 5),
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("majorClasses")
            );
            Assert.That(
                () => model.CollapseRatio(5, 1),
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("minorClasses")
            );
            Assert.That(
                () => model.OversamplingRate(0.5, 5, 5),
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("imbalanceRatio")
            );
            Assert.That(
                () => LayerPeeledModel.OversamplingRate(double.NaN, 5),
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("imbalanceRatio")
            );
            Assert.That(
                () => LayerPeeledModel.OversamplingRate(10, 0),
                Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("wantedRatio")
            );
        }
    }

    private static double[] Step(int majors, int minors, double ratio) =>
        [.. Enumerable.Repeat(ratio, majors), .. Enumerable.Repeat(1.0, minors)];

    private static void AssertSame(LayerPeeledPrediction prediction, LayerPeeledPrediction expected, int[] order)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(prediction.ClassifierNorms, Is.EqualTo(order.Select(c => expected.ClassifierNorms[c])).Within(1e-5));
            for (var c = 0; c < order.Length; c++)
            {
                Assert.That(prediction.Cosines[c], Is.EqualTo(order.Select(d => expected.Cosines[order[c]][d])).Within(1e-5));
            }
        }
    }
}
