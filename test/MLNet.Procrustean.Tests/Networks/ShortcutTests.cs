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

    [Test]
    public void GlobalAveragePool_Features_GivesTheMeanOfAllPixels()
    {
        using var scope = NewDisposeScope();
        using var pool = new GlobalAveragePool();
        var x = tensor(new float[] { 1, 2, 3, 4, 10, 20, 30, 40 }).reshape(1, 2, 2, 2);
        Assert.That(pool.call(x).data<float>().ToArray(), Is.EqualTo(new[] { 2.5f, 25f }));
    }
}
