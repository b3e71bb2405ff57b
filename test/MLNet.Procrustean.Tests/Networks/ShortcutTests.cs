using MLNet.Procrustean.Networks;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Networks;

public sealed class ShortcutTests
{
    [TestCase(4, 8, 2, 6)]
    [TestCase(4, 8, 2, 5)]
    [TestCase(4, 7, 1, 4)]
    [TestCase(3, 4, 3, 7)]
    public void ZeroPaddedShortcut_Features_TakesEveryStridethPixelBetweenZeroChannels(int input, int output, int stride, int side)
    {
        using var scope = NewDisposeScope();
        using var shortcut = new ZeroPaddedShortcut(output - input, stride);
        var x = arange(2 * input * side * side, float32).add(1).reshape(2, input, side, side);
        var outputSide = (side + stride - 1) / stride;
        var expected = new float[2, output, outputSide, outputSide];
        var before = (output - input) / 2;
        for (var (b, c) = (0, 0); b < 2; (b, c) = c + 1 < input ? (b, c + 1) : (b + 1, 0))
        {
            for (var row = 0; row < outputSide; row++)
            {
                for (var column = 0; column < outputSide; column++)
                {
                    expected[b, before + c, row, column] = x[b, c, row * stride, column * stride].item<float>();
                }
            }
        }

        var actual = shortcut.call(x);
        Assert.That(actual.shape, Is.EqualTo(new long[] { 2, output, outputSide, outputSide }));
        Assert.That(actual.data<float>().ToArray(), Is.EqualTo(expected.Cast<float>().ToArray()));
    }

    [Test]
    public void For_ShapeStays_NeedsNoModule() => Assert.That(Shortcut.For(8, 8, stride: 1, ShortcutOption.B, CPU), Is.Null);

    [TestCase(ShortcutOption.A, 0)]
    [TestCase(ShortcutOption.B, (4 * 8) + (2 * 8))]
    public void For_ShapeChanges_HasTheWeightsOfItsOption(object option, long parameters)
    {
        using var shortcut = Shortcut.For(4, 8, stride: 2, (ShortcutOption)option, CPU)!;
        Assert.That(shortcut.parameters().Sum(parameter => parameter.numel()), Is.EqualTo(parameters));
    }

    [TestCase(4)]
    [TestCase(5)] // at the border, the mean of the pixels that there are
    public void For_OptionD_ProjectsTheMeansOfFourPixels(int side)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var shortcut = Shortcut.For(1, 2, stride: 2, ShortcutOption.D, CPU)!;
        shortcut.eval();
        shortcut.modules().OfType<Convolution>().Single().Weight.copy_(tensor(new float[] { 1, -2 }).reshape(2, 1, 1, 1));
        var x = rand(1, 1, side, side);
        var half = (side + 1) / 2;
        var means = new float[half, half];
        for (var at = 0; at < half * half; at++)
        {
            var (row, column) = (at / half, at % half);
            var pixels =
                from y in new[] { 2 * row, (2 * row) + 1 }
                from z in new[] { 2 * column, (2 * column) + 1 }
                where y < side && z < side
                select x[0, 0, y, z].item<float>();
            means[row, column] = pixels.Average();
        }

        var expected = means.Cast<float>();
        Assert.That(
            shortcut.call(x).data<float>().ToArray(),
            Is.EqualTo(expected.Concat(expected.Select(mean => -2 * mean))).Within(1e-4) // ε of the normalisation
        );
    }

    [Test]
    public void GlobalAveragePool_Features_GivesTheMeanOfAllPixels()
    {
        using var scope = NewDisposeScope();
        using var pool = new GlobalAveragePool();
        var x = tensor(new float[] { 1, 2, 3, 4, 10, 20, 30, 40 }).reshape(1, 2, 2, 2);
        Assert.That(pool.call(x).data<float>().ToArray(), Is.EqualTo(new[] { 2.5f, 25f }));
    }
}
