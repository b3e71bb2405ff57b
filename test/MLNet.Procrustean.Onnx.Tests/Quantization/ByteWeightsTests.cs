using MLNet.Procrustean.Onnx.Quantization;

namespace MLNet.Procrustean.Onnx.Tests.Quantization;

public sealed class ByteWeightsTests
{
    private const float Input = 0.03f;
    private static readonly float[] Weight =
    [
        0.5f,
        -1.27f,
        0.004f,
        0.3f, /* next channel */
        -0.02f,
        0.01f,
        0f,
        0.0254f,
    ];
    private static readonly float[] Bias = [0.25f, -3f];

    [Test]
    public void Of_Weights_RoundsEachChannelByItsLargest()
    {
        var found = ByteWeights.Of(Weight, channels: 2);

        for (var channel = 0; channel < 2; channel++)
        {
            var largest = 0f;
            for (var i = 0; i < 4; i++)
            {
                largest = Math.Max(largest, Math.Abs(Weight[(channel * 4) + i]));
            }

            Assert.That(found.Scales[channel], Is.EqualTo(largest / 127).Within(1e-8f));
            for (var i = 0; i < 4; i++)
            {
                var place = (channel * 4) + i;
                Assert.That(found.Codes[place], Is.EqualTo(Math.Round(Weight[place] * 127 / largest)), $"{place}");
            }
        }
    }

    [Test]
    public void Of_WeightsAndBias_HasTheScalesOfWeightsAlone() =>
        Assert.That(ByteWeights.Of(Weight, Bias, Input).Scales, Is.EqualTo(ByteWeights.Of(Weight, channels: 2).Scales));

    [Test]
    public void Bias_IsCountedInUnitsOfInputAndWeight()
    {
        var found = ByteWeights.Of(Weight, Bias, Input);

        var units = found.Bias(Bias, Input);

        for (var channel = 0; channel < 2; channel++)
        {
            var unit = (double)found.Scales[channel] * Input;
            Assert.That(units[channel] * unit, Is.EqualTo(Bias[channel]).Within(unit / 2));
        }
    }

    // Folded normalisations leave such channels: the weights of a dead one are almost zeros, and its bias is not.
    [TestCase(1e-12f)]
    [TestCase(0f)]
    public void Of_TinyWeightsUnderALargeBias_KeepsTheBias(float tiny)
    {
        float[] weight = [tiny, -tiny];

        var found = ByteWeights.Of(weight, [7f], Input);

        var units = found.Bias([7f], Input);
        Assert.That(units[0] * (double)found.Scales[0] * Input, Is.EqualTo(7).Within(1e-6));
        Assert.That(found.Codes, Is.All.Zero, "they are less than a unit");
    }
}
