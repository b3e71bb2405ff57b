using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Tests.Support;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Diagnostics;

public sealed class FeatureDeviationTests
{
    [Test]
    public void MeanDistance_Draws_AveragesTheDistanceOfMeans()
    {
        using var scope = NewDisposeScope();
        var (train, test) = (Matrix.Random(6, 3, seed: 1), Matrix.Random(4, 3, seed: 2));
        int[][] trainRows =

            [
                [0, 5],
                [3, 1],
                [2, 0],
            ],
            testRows =

            [
                [3, 0],
                [1, 2],
                [2, 3],
            ];
        var expected = trainRows
            .Zip(testRows, (a, b) => Matrix.Distance(Matrix.Mean([.. a.Select(i => train[i])]), Matrix.Mean([.. b.Select(i => test[i])])))
            .Average();
        Assert.That(
            FeatureDeviation.MeanDistance(Matrix.Of(train), Rows(trainRows), Matrix.Of(test), Rows(testRows)),
            Is.EqualTo(expected).Within(1e-12)
        );
    }

    [Test]
    public void Of_IdenticalSetsOfOneImage_IsZero()
    {
        using var scope = NewDisposeScope();
        var features = new ImageFeatures(Matrix.Of(Matrix.Random(3, 4, seed: 1)), tensor(new long[] { 0, 1, 2 }));
        Assert.That(FeatureDeviation.Of(features, features, 3, 5, new Generator(1)), Is.EqualTo(new[] { 0.0, 0, 0 }));
    }

    [Test]
    public void Of_EqualFeaturesInEachClass_IsTheirDistance()
    {
        using var scope = NewDisposeScope();
        var train = Features((0, 1), (0, 1), (0, 1), (1, 5), (2, -3));
        var test = Features((2, -3), (0, 3), (0, 3), (1, 1), (1, 1));
        Assert.That(FeatureDeviation.Of(train, test, 3, 4, new Generator(1)), Is.EqualTo(new[] { 2.0, 4, 0 }).Within(1e-12));
    }

    // Class 1 has one image, so that means of class 0 are over one image too, at 0 or at 10; over both they would be equal.
    [Test]
    public void Of_ClassesOfUnequalSize_ComparesEquallyManyImages()
    {
        using var scope = NewDisposeScope();
        var set = Features((0, 0), (0, 10), (1, 7));
        Assert.That(FeatureDeviation.Of(set, set, 2, 1000, new Generator(1))[0], Is.EqualTo(5).Within(1));
        Assert.That(
            FeatureDeviation.Of(Features((0, 0), (0, 10)), Features((0, 0), (0, 10)), 1, 10, new Generator(1)),
            Is.EqualTo(new[] { 0.0 }).Within(1e-12)
        );
    }

    [Test]
    public void Of_ClassMissingFromTheTestSet_IsNaNAndSetsNoLimit()
    {
        using var scope = NewDisposeScope();
        var found = FeatureDeviation.Of(Features((0, 0), (0, 10), (1, 7), (1, 8)), Features((0, 1), (0, 11)), 2, 10, new Generator(1));
        Assert.That(found[0], Is.EqualTo(1).Within(1e-12));
        Assert.That(found[1], Is.NaN);
    }

    private static ImageFeatures Features(params (long Label, double Feature)[] images) =>
        new(Matrix.Of([.. images.Select(image => new[] { image.Feature })]), tensor(images.Select(image => image.Label).ToArray()));

    private static Tensor Rows(int[][] rows) =>
        tensor(rows.SelectMany(row => row).Select(row => (long)row).ToArray()).reshape(rows.Length, rows[0].Length);
}
