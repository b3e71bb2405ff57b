using MLNet.Procrustean.Images.Augmentations;

namespace MLNet.Procrustean.Tests.Images.Augmentations;

public sealed class AffineMapTests
{
    private const int Size = 8;

    [Test]
    public void TranslationX_Pixels_TakesThoseFurtherRight([Values(1, 3)] int channels, [Values(-20, -3, 0, 2)] int pixels) =>
        AssertMoves(AffineMap.TranslationX(pixels), channels, (row, column) => (row, column + pixels));

    [Test]
    public void TranslationY_Pixels_TakesThoseFurtherDown([Values(1, 3)] int channels, [Values(-20, -3, 0, 2)] int pixels) =>
        AssertMoves(AffineMap.TranslationY(pixels), channels, (row, column) => (row + pixels, column));

    [Test]
    public void ShearX_Half_ShiftsEachSecondRowByOneMore([Values(1, 3)] int channels) =>
        AssertMoves(AffineMap.ShearX(0.5), channels, (row, column) => (row, column + ((row + 1) / 2)));

    [Test]
    public void ShearY_Half_ShiftsEachSecondColumnByOneMore([Values(1, 3)] int channels) =>
        AssertMoves(AffineMap.ShearY(0.5), channels, (row, column) => (row + ((column + 1) / 2), column));

    [TestCase(0)]
    [TestCase(90)]
    [TestCase(-90)]
    [TestCase(180)]
    public void Rotation_RightAngles_TurnsCounterClockwise(int degrees) =>
        AssertMoves(AffineMap.Rotation(degrees, Size), 3, (row, column) => degrees switch
            {
                90 => (column, Size - 1 - row), // what was on the right is on top
                -90 => (Size - 1 - column, row),
                180 => (Size - 1 - row, Size - 1 - column),
                _ => (row, column),
            });

    [Test]
    public void Rotation_Small_LeavesTheMiddleAndClearsTheCorners()
    {
        var image = Enumerable.Repeat((byte)200, 81).ToArray();
        AffineMap.Rotation(30, 9).Apply(image, 9, 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new[] { image[0], image[8], image[72], image[80] }, Is.All.Zero);
            Assert.That(image[40], Is.EqualTo(200));
            Assert.That(image.Count(value => value == 200), Is.GreaterThan(60));
        }
    }

    private static void AssertMoves(AffineMap map, int channels, Func<int, int, (int Row, int Column)> source)
    {
        var image = TestImage.Random(Size, channels, 1);
        var expected =
            from row in Enumerable.Range(0, Size)
            from column in Enumerable.Range(0, Size)
            from channel in Enumerable.Range(0, channels)
            let place = source(row, column)
            let isInside = place.Row is >= 0 and < Size && place.Column is >= 0 and < Size
            select isInside ? image[(((place.Row * Size) + place.Column) * channels) + channel] : (byte)0;
        var changed = image.ToArray();
        map.Apply(changed, Size, channels);
        Assert.That(changed, Is.EqualTo(expected));
    }
}
