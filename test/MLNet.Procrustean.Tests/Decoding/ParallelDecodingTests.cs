using MLNet.Procrustean.Decoding;

namespace MLNet.Procrustean.Tests.Decoding;

/// <summary>Images of four bytes, each the number of the image.</summary>
public sealed class ParallelDecodingTests
{
    private const int Bytes = 4;

    [TestCase(new int[0])]
    [TestCase(new[] { 0 })]
    [TestCase(new[] { 99 })]
    [TestCase(new[] { 3, 4, 5, 50, 98 })]
    public void DecodeInto_SomeUnreadable_LeavesNoGapAndReportsTheirPlaces(int[] unreadable)
    {
        var block = new byte[100 * Bytes];
        var (count, bad) = ParallelDecoding.DecodeInto(block, Bytes, Images(unreadable));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(count, Is.EqualTo(100 - unreadable.Length));
            Assert.That(bad.Select(one => one.Place), Is.EqualTo(unreadable));
            Assert.That(bad.Select(one => one.Problem.Origin), Is.EqualTo(unreadable.Select(number => $"image {number}")));
            Assert.That(
                block.Take(count * Bytes),
                Is.EqualTo(Enumerable.Range(0, 100).Except(unreadable).SelectMany(number => Enumerable.Repeat((byte)number, Bytes)))
            );
        }
    }

    [Test]
    public void DecodeInto_AllUnreadable_GivesNone() =>
        Assert.That(ParallelDecoding.DecodeInto(new byte[100 * Bytes], Bytes, Images([.. Enumerable.Range(0, 100)])).Count, Is.Zero);

    [Test]
    public void DecodeInto_Tried_IsCalledOnTheCallingThreadWithGrowingNumbers()
    {
        var told = new List<(int Thread, int Count)>();
        ParallelDecoding.DecodeInto(new byte[100 * Bytes], Bytes, Images([3, 99]), count =>
            told.Add((Environment.CurrentManagedThreadId, count))
        );
        using (Assert.EnterMultipleScope())
        {
            Assert.That(told, Is.Not.Empty);
            Assert.That(told.Select(one => one.Thread), Is.All.EqualTo(Environment.CurrentManagedThreadId));
            Assert.That(told.Select(one => one.Count), Is.Ordered.Ascending.And.Unique.And.All.InRange(1, 100));
        }
    }

    [Test]
    public void DecodeInto_TriedThrows_PassesItOn() =>
        Assert.That(
            () => ParallelDecoding.DecodeInto(new byte[100 * Bytes], Bytes, Images([]), _ => throw new NotSupportedException("mine")),
            Throws.TypeOf<NotSupportedException>().With.Message.EqualTo("mine")
        );

    [Test]
    public void DecodeInto_OtherProblem_IsThrownAsItIsAndEndsTheWork()
    {
        var decoded = 0;
        var images = Enumerable
            .Range(0, 10_000)
            .Select(number => new Action<Memory<byte>>(square =>
            {
                Thread.Sleep(1);
                square.Span[0] = number == 5 ? throw new NotSupportedException("not this one") : (byte)Interlocked.Increment(ref decoded);
            }));
        Assert.That(
            () => ParallelDecoding.DecodeInto(new byte[10_000 * Bytes], Bytes, [.. images]),
            Throws.TypeOf<NotSupportedException>().With.Message.EqualTo("not this one")
        );
        Assert.That(decoded, Is.LessThan(1_000));
    }

    private static Action<Memory<byte>>[] Images(int[] unreadable) =>
        [
            .. Enumerable
                .Range(0, 100)
                .Select(number => new Action<Memory<byte>>(square =>
                {
                    Thread.Sleep(1); // so that all threads take part
                    square
                        .Span[..Bytes]
                        .Fill(unreadable.Contains(number) ? throw new ImageException($"image {number}", "it is not one.") : (byte)number);
                })),
        ];
}
