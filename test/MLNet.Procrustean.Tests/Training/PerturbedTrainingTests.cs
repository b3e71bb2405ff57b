using Microsoft.ML;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training;

/// <summary>Trainings whose rule perturbs images.</summary>
public sealed class PerturbedTrainingTests
{
    private static readonly InputPerturbation Unchanged = new((images, _, _, _) => images);

    [Test]
    public void Train_PerturbationThatChangesNothing_IsTrainingWithoutItBitForBit()
    {
        using var images = ToyImages.Of(12, 5);
        var mixed = SmallTraining.Options with { Strategy = new Mixup() };
        var perturbed = mixed with { Strategy = new StrategyOf(epoch => new Mixup().RuleFor(epoch) with { Perturbation = Unchanged }) };
        Assert.That(SmallTraining.Weights(perturbed, images), Is.EqualTo(SmallTraining.Weights(mixed, images)));
    }

    [Test]
    public void Train_BlackImages_LearnsFromTheseAlone()
    {
        using var images = ToyImages.Of(12, 12);
        var options = Perturbed((x, _, _, _) => x.zero_()) with { Epochs = 4, Augmentation = Augmentation.None };
        using var blind = SmallTraining.Run(options, images);
        using var seeing = SmallTraining.Run(options with { Strategy = new PlainTraining() }, images);
        Assert.That(seeing.Reports[^1].Loss, Is.LessThan(0.4));
        Assert.That(blind.Reports[^1].Loss, Is.GreaterThan(0.6), "the loss of guessing is 0.69");
    }

    [Test]
    public void Train_AnyPerturbation_IsGivenTheAugmentedPixelsAndTheirLabels()
    {
        using var images = ToyImages.Of(9, 4);
        var (shapes, values, labels) = (new List<string>(), new List<float>(), new List<long>());
        var options = Perturbed(
            (x, y, _, _) =>
            {
                shapes.Add($"{string.Join(' ', x.shape)} {x.dtype}");
                values.AddRange(x.contiguous().data<float>().ToArray());
                labels.AddRange(y.data<long>().ToArray());
                return x;
            }
        );
        SmallTraining.Run(options with { Epochs = 1 }, images).Dispose();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shapes, Is.EqualTo(new[] { "8 3 16 16 Float32", "5 3 16 16 Float32" }));
            Assert.That(values.Where(value => value is < 0 or > 255 || value % 1 != 0), Is.Empty);
            Assert.That(values, Does.Contain(0f), "the padding of the crop");
            Assert.That(labels.Order(), Is.EqualTo(Enumerable.Repeat(0L, 9).Concat(Enumerable.Repeat(1L, 4))));
        }
    }

    [TestCase(Precision.Fp32)]
    [TestCase(Precision.Bf16)]
    public void Train_LogitsInAPerturbation_AreOfEachImageAloneAndHaveGradients(Precision precision)
    {
        using var images = ToyImages.Of(9, 4);
        var steps = 0;
        var options = Perturbed(
            (x, _, logitsOf, _) =>
            {
                using var scope = NewDisposeScope();
                var given = x.clone().requires_grad_();
                var all = logitsOf(given);
                var first = logitsOf(x.narrow(0, 0, 2));
                Assert.That(first.data<float>().ToArray(), Is.EqualTo(all.narrow(0, 0, 2).data<float>().ToArray()).Within(0.05));
                Assert.That(autograd.grad([all.sum()], [given])[0].abs().sum().item<float>(), Is.GreaterThan(0));
                steps++;
                return x;
            }
        );
        var perturbed = SmallTraining.Weights(options with { Precision = precision }, images);
        Assert.That(steps, Is.EqualTo(4));
        Assert.That(perturbed, Is.EqualTo(SmallTraining.Weights(SmallTraining.Options with { Precision = precision }, images)));
    }

    [Test]
    public void Train_PerturbationThatFails_LeavesTheNetworkTraining()
    {
        using var images = ToyImages.Of(9, 4);
        StagedNetwork? network = null;
        var options = Perturbed((_, _, _, _) => throw new NotSupportedException("of the test"));
        Assert.That(() => SmallTraining.Run(options, images, prepare: built => network = built), Throws.TypeOf<NotSupportedException>());
        Assert.That(network!.training);
        network.Dispose();
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Fit_PerturbationWithFrozenStages_KeepsNoFeatures(bool perturbs)
    {
        var ml = new MLContext(seed: 1);
        var log = new List<string>();
        ml.Log += (_, line) => log.Add(line.RawMessage);
        var strategy = new CostSensitiveAdversarialTraining
        {
            Attack = new() { Steps = 1, Epsilon = perturbs ? 8 : 0 },
        };
        using var model = TinyModel
            .Trainer(ml, TinyModel.Options with { FrozenStages = 4, Epochs = 1, Strategy = strategy })
            .Fit(TinyModel.Shared.Keyed);
        Assert.That(log, perturbs ? Has.None.Contains("frozen stages") : Has.One.Contains("frozen stages: 36 of 36 images"));
    }

    [Test]
    public void Fit_HeadFirst_PerturbsNothingMeanwhile()
    {
        var calls = 0;
        var options = TinyModel.Options with
        {
            HeadEpochs = 2,
            Epochs = 1,
            Strategy = new StrategyOf(_ =>
                new()
                {
                    Perturbation = new(
                        (images, _, _, _) =>
                        {
                            calls += images.shape[^1] == ImageFolders.Side ? 1 : 0; // other than in the rehearsal
                            return images;
                        }
                    ),
                }
            ),
        };
        TinyModel.Trainer(TinyModel.Shared.Context, options).Fit(TinyModel.Shared.Keyed).Dispose();
        Assert.That(calls, Is.EqualTo(3), "one for each batch of twelve in one epoch");
    }

    private static ImageClassifierOptions Perturbed(Func<Tensor, Tensor, Func<Tensor, Tensor>, Generator, Tensor> change) =>
        SmallTraining.Options with
        {
            Strategy = new StrategyOf(_ => new() { Perturbation = new(change) }),
        };
}
