using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Reinforcement;

/// <summary>The last transitions: an image, the answer to it, and the image that followed. Rewards and ends follow from these.</summary>
/// <param name="capacity">How many there is room for, at least 1; then each new one takes the place of the oldest.</param>
/// <param name="device">Where the actions are; the numbers of images are on the CPU.</param>
internal sealed class ReplayMemory(int capacity, Device device) : IDisposable
{
    /// <summary>The number of the image that follows the last one.</summary>
    public const long None = -1;

    /// <summary>The numbers of the images, [capacity], int64.</summary>
    public Tensor Rows { get; } = zeros(capacity, int64).DetachFromDisposeScope();

    /// <summary>The numbers of the images that followed, [capacity], int64, or <see cref="None"/>.</summary>
    public Tensor Next { get; } = zeros(capacity, int64).DetachFromDisposeScope();

    /// <summary>The actions, [capacity], int64.</summary>
    public Tensor Actions { get; } = zeros(capacity, int64, device).DetachFromDisposeScope();

    /// <summary>How many transitions there were in all.</summary>
    public long Stored { get; private set; }

    /// <summary>How many there are: from place 0 on.</summary>
    public int Count => CountAfter(Stored);

    /// <summary>How many there are when there were so many in all.</summary>
    public int CountAfter(long stored) => (int)Math.Min(capacity, stored);

    /// <summary>Adds transitions in their order.</summary>
    /// <param name="rows">[B], int64, on the CPU.</param>
    /// <param name="actions">[B], int64, on the device.</param>
    /// <param name="next">[B], int64, on the CPU.</param>
    public void Add(Tensor rows, Tensor actions, Tensor next)
    {
        using var scope = NewDisposeScope();
        var count = rows.shape[0];
        for (long done = 0, part; done < count; done += part, Stored += part)
        {
            var place = Stored % capacity;
            part = Math.Min(count - done, capacity - place);
            Rows.narrow(0, place, part).copy_(rows.narrow(0, done, part));
            Actions.narrow(0, place, part).copy_(actions.narrow(0, done, part));
            Next.narrow(0, place, part).copy_(next.narrow(0, done, part));
        }
    }

    /// <summary>Draws transitions, each with the same probability, with replacement.</summary>
    /// <param name="count">B.</param>
    /// <param name="random">On the CPU.</param>
    /// <returns>[B] each, int64, where they are kept.</returns>
    public (Tensor Rows, Tensor Actions, Tensor Next) Draw(long count, Generator random)
    {
        var places = randint(0, Count, [count], int64, generator: random);
        return (Rows.index_select(0, places), Actions.index_select(0, places.OnDevice(device)), Next.index_select(0, places));
    }

    /// <summary>Restores the transitions of an earlier training.</summary>
    /// <param name="rows">[<see cref="CountAfter"/>], int64, as all three.</param>
    /// <param name="actions">The actions.</param>
    /// <param name="next">The images that followed.</param>
    /// <param name="stored">How many there were in all.</param>
    public void Restore(Tensor rows, Tensor actions, Tensor next, long stored)
    {
        using var scope = NewDisposeScope();
        var count = CountAfter(stored);
        Rows.narrow(0, 0, count).copy_(rows);
        Actions.narrow(0, 0, count).copy_(actions);
        Next.narrow(0, 0, count).copy_(next);
        Stored = stored;
    }

    public void Dispose()
    {
        Rows.Dispose();
        Next.Dispose();
        Actions.Dispose();
    }
}
