using MLNet.Procrustean.Training.Mirroring;

namespace MLNet.Procrustean.Tests.Training.Mirroring;

public sealed class MirroredPairsTests
{
    private static readonly long[,] AsTheyAre =
    {
        { 18, 1, 1 },
        { 2, 18, 0 },
        { 0, 1, 19 },
    };

    [Test]
    public void Among_ExchangedByMirroring_AreAPair() =>
        Assert.That(
            MirroredPairs.Among(
                AsTheyAre,
                new long[,]
                {
                    { 2, 17, 1 },
                    { 16, 3, 1 },
                    { 1, 0, 19 },
                }
            ),
            Is.EqualTo(new[] { (0, 1) })
        );

    [Test]
    public void Among_UnchangedByMirroring_AreNone() => Assert.That(MirroredPairs.Among(AsTheyAre, AsTheyAre), Is.Empty);

    [Test(Description = "Shoes seen from one side, whose mirror images are taken for bags, which look the same from both.")]
    public void Among_OneDirectionAlone_IsNoPair() =>
        Assert.That(
            MirroredPairs.Among(
                AsTheyAre,
                new long[,]
                {
                    { 2, 17, 1 },
                    { 2, 18, 0 },
                    { 0, 1, 19 },
                }
            ),
            Is.Empty
        );

    [Test(Description = "(m − u) = 3 of 12 images in each direction: √(6 + 0) · 3 is more than 6.")]
    public void Among_TooFewToTellFromChance_IsNoPair()
    {
        var before = new long[,]
        {
            { 12, 0 },
            { 0, 12 },
        };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                MirroredPairs.Among(
                    before,
                    new long[,]
                    {
                        { 9, 3 },
                        { 3, 9 },
                    }
                ),
                Is.Empty
            );
            Assert.That(
                MirroredPairs.Among(
                    before,
                    new long[,]
                    {
                        { 7, 5 },
                        { 7, 5 },
                    }
                ),
                Is.EqualTo(new[] { (0, 1) })
            );
        }
    }
}
