using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Strategies;

public sealed class LabelDistributionAwareMarginTests
{
    // As in the field's code: m_c = n_c^(−1/4), scaled so that the largest is 0.5, subtracted from the cosine of the label; all times 30.
    [Test]
    public void Loss_Images_IsTheOneOfThePaper([Values(0.5, 0.2)] double largest)
    {
        var n = LossOfStrategy.Counts.Counts;
        var margins = n.Select(count => 1 / Math.Sqrt(Math.Sqrt(count))).ToArray();
        var top = margins.Max();
        var expected = new double[LossOfStrategy.Labels.Length];
        for (var i = 0; i < expected.Length; i++)
        {
            var label = LossOfStrategy.Labels[i];
            expected[i] = LossOfStrategy.CrossEntropy((z, c) => c == label ? 30 * ((z / 30) - (margins[c] / top * largest)) : z)[i];
        }

        Assert.That(LossOfStrategy.Of(new LabelDistributionAwareMargin { MaxMargin = largest }), Is.EqualTo(expected).Within(1e-4));
    }

    [Test]
    public void RuleFor_Counts_AsksForTheCosineHead() =>
        Assert.That(
            new LabelDistributionAwareMargin().RuleFor(new(1, 2, LossOfStrategy.Counts, CPU)).Head,
            Is.EqualTo(ClassifierHead.Cosine)
        );

    [Test]
    public void Options_DeferredAfterALinearHead_IsRefusedBeforeTraining()
    {
        var tiny = TinyModel.Shared;
        var reports = new List<int>();
        var options = TinyModel.Options with
        {
            Strategy = new Deferred(new PlainTraining(), new LabelDistributionAwareMargin(), FromEpoch: 3),
            Progress = new CalledProgress<EpochReport>(report => reports.Add(report.Epoch)),
        };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => TinyModel.Trainer(tiny.Context, options).Fit(tiny.Keyed),
                Throws.ArgumentException.With.Message.Contains("The rule of epoch 3 asks for the head Cosine, and for Linear in epoch 1")
            );
            Assert.That(reports, Is.Empty);
        }
    }

    [TestCase(-0.1)]
    [TestCase(1.1)]
    [TestCase(double.NaN)]
    public void MaxMargin_OutOfRange_SaysWhatIsAllowed(double margin) =>
        Assert.That(
            () => new LabelDistributionAwareMargin { MaxMargin = margin },
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("from 0 to 1")
        );
}
