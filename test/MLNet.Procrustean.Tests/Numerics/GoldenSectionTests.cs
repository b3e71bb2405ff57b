using MLNet.Procrustean.Numerics;

namespace MLNet.Procrustean.Tests.Numerics;

public sealed class GoldenSectionTests
{
    [TestCase(0.3)]
    [TestCase(-2.9999)]
    [TestCase(4.9)]
    public void Minimum_OfAFunctionThatFallsAndRises_IsWhereItTurns(double turn) =>
        Assert.That(GoldenSection.Minimum(x => Math.Cosh(x - turn), -3, 5, 1e-4), Is.EqualTo(turn).Within(1e-4));

    [Test]
    public void Minimum_OfAFunctionThatOnlyFallsOrRises_IsAnEnd()
    {
        Assert.That(GoldenSection.Minimum(x => -x, -3, 5, 1e-4), Is.EqualTo(5).Within(1e-4));
        Assert.That(GoldenSection.Minimum(x => x, -3, 5, 1e-4), Is.EqualTo(-3).Within(1e-4));
    }
}
