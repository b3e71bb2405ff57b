using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Training.Reinforcement;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Tests.Training.Reinforcement;

public sealed class ReplayMemoryTests
{
    [TestCase(7, new[] { 3 })]
    [TestCase(7, new[] { 3, 4 })]
    [TestCase(7, new[] { 3, 3, 3 })]
    [TestCase(7, new[] { 5, 5, 5, 5, 2 })]
    [TestCase(3, new[] { 8, 2 })]
    [TestCase(1, new[] { 2, 2 })]
    public void Add_BatchAfterBatch_KeepsTheLastTransitions(int capacity, int[] batches)
    {
        using var scope = NewDisposeScope();
        using var memory = new ReplayMemory(capacity, CPU);
        var expected = new Queue<long>();
        var next = 0L;
        foreach (var count in batches)
        {
            var rows = arange(next, next + count, int64);
            memory.Add(rows, rows * 10, rows * 100);
            for (var i = 0; i < count; i++)
            {
                expected.Enqueue(next++);
            }
        }

        while (expected.Count > capacity)
        {
            expected.Dequeue();
        }

        using var random = new Generator(1);
        var (drawn, actions, following) = memory.Draw(500, random);
        var found = drawn.data<long>().ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(memory.Stored, Is.EqualTo(next));
            Assert.That(memory.Count, Is.EqualTo(expected.Count));
            Assert.That(found.Distinct(), Is.EquivalentTo(expected));
            Assert.That(actions.data<long>().ToArray(), Is.EqualTo(found.Select(row => row * 10)));
            Assert.That(following.data<long>().ToArray(), Is.EqualTo(found.Select(row => row * 100)));
        }
    }

    [Test]
    public void Draw_ManyTimes_TakesEachTransitionEquallyOften()
    {
        using var scope = NewDisposeScope();
        using var memory = new ReplayMemory(100, CPU);
        var rows = arange(0, 40, int64);
        memory.Add(rows, rows, rows);
        using var random = new Generator(1);
        var counts = memory.Draw(40_000, random).Rows.bincount(null, 40).data<long>().ToArray();
        Assert.That(counts, Is.All.InRange(840, 1160)); // 1000, five standard deviations
    }

    [Test]
    public void Dispose_AfterUse_LeavesNoTensor() =>
        Assert.That(
            NativeMemory.TensorsLeftBy(() =>
            {
                using var scope = NewDisposeScope();
                using var memory = new ReplayMemory(5, CPU);
                using var random = new Generator(1);
                memory.Add(arange(0, 4, int64), arange(0, 4, int64), arange(0, 4, int64));
                memory.Draw(3, random);
            }),
            Is.Zero
        );
}
