namespace MLNet.Procrustean.Tests.Imbalance;

public sealed class ShotGroupTests
{
    [TestCase(1, ShotGroup.Few)]
    [TestCase(19, ShotGroup.Few)]
    [TestCase(20, ShotGroup.Medium)]
    [TestCase(100, ShotGroup.Medium)]
    [TestCase(101, ShotGroup.Many)]
    [TestCase(5000, ShotGroup.Many)]
    public void Of_CountAtTheLimits_GivesTheGroup(long count, ShotGroup group) => Assert.That(ShotGroups.Of(count), Is.EqualTo(group));
}
