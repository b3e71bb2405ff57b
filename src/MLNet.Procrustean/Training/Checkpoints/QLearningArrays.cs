using System.Runtime.InteropServices;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Training.Reinforcement;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Training.Checkpoints;

/// <summary>Moves what Q-learning remembers, its transitions and its target network, to and from named arrays.</summary>
internal static class QLearningArrays
{
    private const string Rows = "replay.rows";
    private const string Actions = "replay.actions";
    private const string Next = "replay.next";
    private const string Target = "target.";

    public static IEnumerable<NamedArray> Capture(QMemory? memory)
    {
        if (memory is null)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        var (kept, count) = (memory.Transitions, memory.Transitions.Count);
        return
        [
            .. NetworkWeights.Capture(
                new[] { (Rows, kept.Rows), (Actions, kept.Actions), (Next, kept.Next) }.Select(one =>
                    (one.Item1, one.Item2.narrow(0, 0, count))
                )
            ),
            .. NetworkWeights.Capture(memory.Target).Select(array => array with { Name = Target + array.Name }),
        ];
    }

    /// <summary>The number of arrays that belong to Q-learning.</summary>
    public static int In(IEnumerable<NamedArray> arrays) =>
        arrays.Count(array => array.Name is Rows or Actions or Next || array.Name.StartsWith(Target, StringComparison.Ordinal));

    /// <summary>Restores it.</summary>
    /// <param name="arrays">With others.</param>
    /// <param name="memory">Of the training; null where it does not learn in this way, or is over.</param>
    /// <param name="epoch">Where the training stood.</param>
    /// <param name="classes">The classes with their numbers of training images.</param>
    /// <param name="backbone">The name of the network, for messages.</param>
    /// <exception cref="InvalidDataException">The arrays are not those of such a training.</exception>
    public static void Restore(IReadOnlyList<NamedArray> arrays, QMemory? memory, EpochMoment epoch, ClassCounts classes, string backbone)
    {
        if (memory is null)
        {
            return;
        }

        var images = classes.Total;
        var stored = StoredBy(epoch, images);
        var count = memory.Transitions.CountAfter(stored);
        using var scope = NewDisposeScope();
        memory.Transitions.Restore(
            Numbers(arrays, Rows, count, 0, images),
            Numbers(arrays, Actions, count, 0, classes.Classes),
            Numbers(arrays, Next, count, ReplayMemory.None, images),
            stored
        );
        NetworkWeights.Restore(
            [
                .. arrays
                    .Where(array => array.Name.StartsWith(Target, StringComparison.Ordinal))
                    .Select(array => array with { Name = array.Name[Target.Length..] }),
            ],
            memory.Target,
            backbone
        );
    }

    // Each image that an epoch has seen was drawn for one that was answered.
    private static long StoredBy(EpochMoment epoch, long images)
    {
        long seen = 0;
        foreach (var count in epoch.Seen)
        {
            seen =
                count >= 0 && count <= images - seen
                    ? seen + count
                    : throw new InvalidDataException($"The current epoch has seen more than the {images} training images.");
        }

        return ((epoch.Number - 1) * images) + seen;
    }

    private static Tensor Numbers(IEnumerable<NamedArray> arrays, string name, int count, long smallest, long end)
    {
        var array = arrays.FirstOrDefault(array => array.Name == name);
        if (array is not { Type: "I64" } || !array.Shape.SequenceEqual([count]))
        {
            throw new InvalidDataException(
                $"The array '{name}' is {array?.Type ?? "missing"} [{string.Join(", ", array?.Shape ?? [])}], and should be I64 [{count}]."
            );
        }

        foreach (var number in MemoryMarshal.Cast<byte, long>(array.Bytes))
        {
            if (number < smallest || number >= end)
            {
                throw new InvalidDataException($"The array '{name}' has the number {number}, and there are {end}, counted from 0.");
            }
        }

        return NetworkWeights.ToTensor(array);
    }
}
