using Microsoft.ML.Runtime;
using MLNet.Procrustean.Decoding;

namespace MLNet.Procrustean.Scoring;

/// <summary>What is done with images to score that cannot be read, and who is told of them.</summary>
/// <param name="environment">Where they are logged; null for nowhere.</param>
internal sealed class UnreadImages(IHostEnvironment? environment)
{
    // One for all batches, since an environment keeps each; with a seed of its own, since it would take one from that of the next training.
    private readonly Lazy<IHost?> host = new(() => environment?.Register("ImageClassifierModel", seed: 0));

    /// <summary>Whether they are refused.</summary>
    public BadImages Handling { get; set; } = BadImages.Refuse;

    /// <summary>Called for each that is skipped; null for nobody.</summary>
    public Action<ImageException>? Skipped { get; set; }

    /// <summary>Decodes images on all processors, without those that cannot be read.</summary>
    /// <returns>The pixels of the others, one after the other in their order, and the places of those that were skipped.</returns>
    /// <exception cref="ImageException">An image cannot be read, and is not to be skipped; the first one is reported.</exception>
    public (byte[] Pixels, HashSet<int> Skipped) Decode(IReadOnlyList<Action<Memory<byte>>> images, ImageShape shape)
    {
        var block = new byte[images.Count * shape.Bytes];
        var (count, bad) = ParallelDecoding.DecodeInto(block, shape.Bytes, images);
        Skip(bad);
        return (bad.Count == 0 ? block : block[..(count * shape.Bytes)], [.. bad.Select(one => one.Place)]);
    }

    // Refuses them, or tells of each.
    private void Skip(IReadOnlyList<(int Place, ImageException Problem)> bad)
    {
        if (bad is not [var (_, first), ..])
        {
            return;
        }

        if (Handling == BadImages.Refuse)
        {
            throw first;
        }

        using var channel = host.Value?.Start("Scoring");
        foreach (var (_, problem) in bad)
        {
            channel?.Warning(MessageSensitivity.None, $"Skipped an image: {problem.Message}");
            Skipped?.Invoke(problem);
        }
    }
}
