using MLNet.Procrustean.Onnx.Quantization;

namespace MLNet.Procrustean.Onnx.Tests.Quantization;

public sealed class ByteScaleTests
{
    [TestCase(0f, 5.1f, 0.02f, 0)]
    [TestCase(-2.55f, 2.55f, 0.02f, 128)] // 127.5 becomes the even neighbour
    [TestCase(-1f, 0f, 1f / 255, 255)]
    [TestCase(1f, 2.55f, 0.01f, 0)] // widened to hold 0
    [TestCase(-2.55f, -1f, 0.01f, 255)]
    public void Of_ARange_CoversItAndZero(float lowest, float highest, float scale, int zero)
    {
        var found = ByteScale.Of(lowest, highest);

        Assert.That(found.Scale, Is.EqualTo(scale).Within(1e-6f));
        Assert.That(found.Zero, Is.EqualTo(zero));
        Assert.That(found.Rounded(0), Is.Zero);
    }

    [Test]
    public void Of_NoRange_KeepsZero()
    {
        var found = ByteScale.Of(0, 0);

        Assert.That(found.Scale, Is.Positive);
        Assert.That(found.Rounded(0), Is.Zero);
    }

    [Test]
    public void Rounded_OfNumbers_IsTheNearestOfAll256()
    {
        var scale = ByteScale.Of(-0.7f, 1.9f);
        var random = new Random(3);
        for (var i = 0; i < 500; i++)
        {
            var value = (random.NextSingle() * 4) - 1.5f; // some outside
            var nearest = float.PositiveInfinity;
            for (var code = 0; code < 256; code++)
            {
                var number = (code - scale.Zero) * scale.Scale;
                nearest = Math.Abs(number - value) < Math.Abs(nearest - value) ? number : nearest;
            }

            Assert.That(Math.Abs(scale.Rounded(value) - value), Is.EqualTo(Math.Abs(nearest - value)).Within(1e-6f));
        }
    }
}
