using MLNet.Procrustean.Numerics;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Images;

/// <summary>
/// The forms in which a training sees an image where they are few and fixed: the image, its mirror image where it is flipped, and
/// <see cref="Augmentation.Copies"/>.
/// </summary>
/// <remarks>
/// A copy depends on the number of the image and its own alone: it can be made at any time, of any part of the images, and is the same in
/// each training, so that features of it can be kept for the next one.
/// </remarks>
/// <param name="Augmentation">Of the training.</param>
internal sealed record ImageViews(Augmentation Augmentation)
{
    /// <summary>The image as it is, and nothing else.</summary>
    public static readonly ImageViews One = new(Augmentation.None);

    /// <summary>Their names, the image's first.</summary>
    public IReadOnlyList<string> Names { get; } =
    [
        "images",
        .. Augmentation.Flips ? ["mirror_images"] : Array.Empty<string>(),
        .. Enumerable.Range(1, Augmentation.Copies).Select(copy => FormattableString.Invariant($"copies_{copy}")),
    ];

    public int Count => Names.Count;

    /// <summary>Whether a training with this augmentation sees an image in no other forms than these.</summary>
    public static bool AreAllOf(Augmentation augmentation) =>
        augmentation.Copies > 0 || augmentation with { HorizontalFlip = false } == Augmentation.None;

    /// <summary>Draws one of them for each of n images: int64 [n], on the CPU.</summary>
    public static Tensor Draw(int views, long n, Generator random) => randint(0, views, [n], ScalarType.Int64, generator: random);

    /// <summary>A view of each image of a batch.</summary>
    /// <param name="pixels">The images, uint8 [B, S, S, channels], on the CPU.</param>
    /// <param name="rows">Their numbers in the training set.</param>
    /// <param name="views">The view of each, from 0.</param>
    /// <returns>The same shape.</returns>
    public Tensor Of(Tensor pixels, ReadOnlySpan<long> rows, ReadOnlySpan<long> views)
    {
        if (!views.ContainsAnyExcept(0))
        {
            return pixels;
        }

        using var scope = NewDisposeScope();
        var chosen = new Tensor[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            chosen[i] = Of(pixels.narrow(0, i, 1), rows[i], (int)views[i]);
        }

        return cat(chosen).MoveToOuterDisposeScope();
    }

    private Tensor Of(Tensor image, long row, int view)
    {
        if (view == 0)
        {
            return image;
        }

        if (Augmentation.Flips && view == 1)
        {
            return image.flip(2); // [1, S, S, channels]
        }

        using var random = RandomStream.Copies.Generator(seed: (int)row, epoch: view);
        return Augmentation.Apply(image, random);
    }
}
