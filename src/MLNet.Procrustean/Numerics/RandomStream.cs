using TorchSharp;

namespace MLNet.Procrustean.Numerics;

/// <summary>The independent sources of randomness in a training, all derived from its one seed.</summary>
/// <remarks>
/// Each epoch and each purpose has a generator of its own, so that drawing more numbers for one (such as mixing) changes nothing for
/// another.
/// </remarks>
internal enum RandomStream
{
    Initialisation = 1,
    Order = 2,
    Augmentation = 3,
    Mixing = 4,
    Diagnostics = 5,
    Whitening = 6,
    Mirroring = 7,
    Copies = 8,
    Perturbation = 9,
    Exploration = 10,
}

internal static class RandomStreams
{
    /// <summary>A generator for one purpose in one epoch, on the CPU.</summary>
    public static torch.Generator Generator(this RandomStream stream, int seed, int epoch) => new(Key(stream, seed, epoch));

    /// <summary>A generator for one purpose in one step of an epoch, on the CPU: it needs no place in a checkpoint.</summary>
    public static torch.Generator Generator(this RandomStream stream, int seed, int epoch, int step) =>
        new(Mix(Key(stream, seed, epoch) + (uint)step));

    private static ulong Key(RandomStream stream, int seed, int epoch) => Mix(Mix(Mix((uint)seed) + (uint)epoch) + (uint)stream);

    // The finaliser of SplitMix64: neighbouring inputs give unrelated outputs.
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
