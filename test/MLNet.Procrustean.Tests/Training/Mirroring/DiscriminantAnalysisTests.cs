using MLNet.Procrustean.Training.Mirroring;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training.Mirroring;

public sealed class DiscriminantAnalysisTests
{
    [Test(Description = "Class means (0, 0) and (4, 2), both covariances diag(1, 4): half of it is replaced by 2.5 on the diagonal.")]
    public void Predict_TwoClasses_DividesThemWhereTheEquationSays()
    {
        using var scope = NewDisposeScope();
        double[,] zero =
        {
            { 1, 2 },
            { 1, -2 },
            { -1, 2 },
            { -1, -2 },
        };
        var first = tensor(zero);
        var second = first + tensor(new[] { 4.0, 2.0 });
        var labels = tensor(new long[] { 0, 0, 0, 0, 1, 1, 1, 1 });
        var classifier = new DiscriminantAnalysis(cat([first, second]), labels, classes: 2);

        // w = Σ⁻¹ (4, 2) with Σ = diag(1.75, 3.25): the border is w · (x − (2, 1)) = 0.
        var (a, b) = (4 / 1.75, 2 / 3.25);
        var random = new Random(1);
        var points = Enumerable.Range(0, 200).Select(_ => (X: random.NextDouble() * 6 - 1, Y: random.NextDouble() * 6 - 2)).ToArray();
        var expected = points.Select(at => (a * (at.X - 2)) + (b * (at.Y - 1)) > 0 ? 1L : 0L).ToArray();
        var predicted = classifier.Predict(tensor(points.SelectMany(at => new[] { at.X, at.Y }).ToArray()).reshape(200, 2));
        Assert.That(predicted.data<long>().ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void Predict_OneClassIsRare_AllowsForTheNoiseOfItsMean()
    {
        using var scope = NewDisposeScope();
        // S = 1 = Σ, tr = 1: the border is at 5 + (1/100 − 1/4) / (2 · 10), a little on the side of the large class.
        var features = Enumerable.Range(0, 100).Select(i => i % 2 == 0 ? -1.0 : 1).Concat([9, 11, 9, 11]);
        var labels = Enumerable.Range(0, 104).Select(i => i < 100 ? 0L : 1);
        var classifier = new DiscriminantAnalysis(tensor(features.ToArray()).unsqueeze(1), tensor(labels.ToArray()), classes: 2);
        var predicted = classifier.Predict(tensor(new[] { 4.987, 4.989 }).unsqueeze(1));
        Assert.That(predicted.data<long>().ToArray(), Is.EqualTo(new[] { 0L, 1L }));
    }

    [TestCase(2, TestName = "Predict_AllOfAClassAreTheSame_TakesTheNearerMean(features as examples)")]
    [TestCase(9, TestName = "Predict_AllOfAClassAreTheSame_TakesTheNearerMean(more features)")]
    public void Predict_AllOfAClassAreTheSame_TakesTheNearerMean(int dimensions)
    {
        using var scope = NewDisposeScope();
        var features = tensor(new[] { 1.0, 1, 5, 5 }).unsqueeze(1).expand(4, dimensions);
        var classifier = new DiscriminantAnalysis(features, tensor(new[] { 0L, 0, 1, 1 }), classes: 2);
        var predicted = classifier.Predict(tensor(new[] { 2.9, 3.1 }).unsqueeze(1).expand(2, dimensions));
        Assert.That(predicted.data<long>().ToArray(), Is.EqualTo(new[] { 0L, 1L }));
    }

    [TestCase(12, 40)]
    [TestCase(40, 12)]
    public void Predict_AnyNumberOfExamples_IsTheEquation(int examples, int dimensions)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        var labels = arange(examples) % 3;
        var features = randn([examples, dimensions], float64, generator: random) + labels.unsqueeze(1);
        var others = randn([300, dimensions], float64, generator: random) + 1;

        var mean = features.mean([0]);
        var means = stack(Enumerable.Range(0, 3).Select(of => features[labels == of].mean([0]) - mean).ToArray());
        var within = zeros([dimensions, dimensions], float64);
        for (var of = 0; of < 3; of++)
        {
            var deviations = features[labels == of] - mean - means[of];
            within += deviations.t().mm(deviations) / deviations.shape[0] / 3;
        }

        var inverse = linalg.inv((within / 2) + (within.trace() / dimensions / 2 * eye(dimensions, dtype: float64)));
        var scores = Enumerable
            .Range(0, 3)
            .Select(of =>
                (others - mean).mv(inverse.mv(means[of]))
                - (means[of].dot(inverse.mv(means[of])) - (inverse.mm(within).trace() / (labels == of).sum())) / 2
            );
        var expected = stack([.. scores]).argmax(0);

        var predicted = new DiscriminantAnalysis(features, labels, classes: 3).Predict(others);
        Assert.That(predicted.data<long>().ToArray(), Is.EqualTo(expected.data<long>().ToArray()));
        Assert.That(expected.unique().output.shape[0], Is.EqualTo(3), "a class is never predicted, so that the test says little");
    }
}
