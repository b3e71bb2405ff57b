using MLNet.Procrustean.Images;
using MLNet.Procrustean.Images.Augmentations;
using MLNet.Procrustean.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Procrustean;

/// <summary>Random changes to each training image, drawn every time it is used.</summary>
public sealed record Augmentation
{
    /// <summary>No change.</summary>
    public static Augmentation None { get; } = new() { CropPadding = 0, HorizontalFlip = false };

    /// <summary>For photos: a random resized crop and a horizontal flip.</summary>
    public static Augmentation ForPhotos { get; } = new() { CropPadding = 0, ResizedCrop = new() };

    /// <summary>
    /// Random crop: the image is padded with this many black pixels on each side and cropped back at a random place. 0 to 64; the default
    /// is 4, 0 is off.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The padding is out of range.</exception>
    public int CropPadding
    {
        get;
        init => field = Require.Between(value, 0, 64, nameof(CropPadding));
    } = 4;

    /// <summary>
    /// Whether half of the images, drawn at random, are mirrored left to right. Null, the default, mirrors them unless classes are found
    /// that are each other's mirror image, such as arrows to the left and to the right; the log names them.
    /// </summary>
    /// <remarks>
    /// Before the training a linear classifier of edges learns from some images of each class. Two classes are each other's mirror image
    /// where mirrored images of each are taken for the other much more often than the same images as they are. With true, such classes are
    /// warned of, and images are mirrored nevertheless. Where one of the classes has few images they can be missed (pairs with 20 or
    /// fewer were): turn it off where left and right differ in meaning.
    /// </remarks>
    public bool? HorizontalFlip { get; init; }

    /// <summary>
    /// Random crop of a window, resized to a square: for photos, whose subjects differ in size and place. Null, the default, for no such
    /// crop. It takes a <see cref="CropPadding"/> of 0, as <see cref="ForPhotos"/> has.
    /// </summary>
    public RandomResizedCrop? ResizedCrop { get; init; }

    /// <summary>
    /// Random changes of brightness, contrast and saturation, after the crop and the flip. Null, the default, for no such change.
    /// </summary>
    public ColorJitter? ColorJitter { get; init; }

    /// <summary>
    /// Whether each image, after all of the above, is changed by one operation of random strength: it is shifted, sheared, rotated, made
    /// darker or brighter, more or less colourful, of more or less contrast, sharper, posterised, solarised, stretched in its values,
    /// equalised, or left as it is. The default is false.
    /// </summary>
    /// <remarks>
    /// TrivialAugment with its wide ranges (<see href="https://arxiv.org/abs/2103.10158">arXiv 2103.10158</see>): up to 32 pixels, 135
    /// degrees, a shear of 0.99, factors from 0.01 to 1.99, and 2 bits. What comes into view is black, and pixels take the nearest one.
    /// </remarks>
    public bool TrivialAugment { get; init; }

    /// <summary>
    /// The probability with which a random window of an image, 2 to 33 % of its area, is filled with the image's mean colour, last of all
    /// changes: from 0 (off, the default) to 1.
    /// </summary>
    /// <remarks>Random erasing (<see href="https://arxiv.org/abs/1708.04896">arXiv 1708.04896</see>).</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The probability is out of range.</exception>
    public double ErasingProbability
    {
        get;
        init => field = Require.Between(value, 0, 1, nameof(ErasingProbability));
    }

    /// <summary>
    /// How many changed copies of each image are drawn once, before the training: each use of an image then takes the image itself, its
    /// mirror image where images are flipped, or one of the copies, each as probable as the others. 0 to 64; the default is 0, which draws
    /// new changes each time an image is used.
    /// </summary>
    /// <remarks>
    /// Offline augmentation. What frozen stages make of the copies is computed once (<see cref="ImageClassifierOptions.FrozenStages"/>),
    /// so that an epoch of a head or a last stage costs seconds. The copies of an image depend on its place among the training images and
    /// on this augmentation, not on a seed: trainings with other seeds or strategies find their features in the same file. It takes a
    /// <see cref="RandomResizedCrop.Size"/> of null.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public int Copies
    {
        get;
        init => field = Require.Between(value, 0, 64, nameof(Copies));
    }

    /// <summary>The effective value of <see cref="HorizontalFlip"/>.</summary>
    internal bool Flips => HorizontalFlip ?? true;

    /// <summary>Whether images are changed one by one by the processor, wherever they are kept.</summary>
    internal bool NeedsProcessor =>
        ResizedCrop is not null || ColorJitter is not null || TrivialAugment || ErasingProbability > 0 || Copies > 0;

    /// <summary>Refuses options that contradict each other.</summary>
    internal void CheckTogether()
    {
        if (CropPadding > 0 && ResizedCrop is not null)
        {
            throw new ArgumentException(
                $"Both {nameof(CropPadding)}, which is {CropPadding}, and {nameof(ResizedCrop)} crop the images; set {nameof(CropPadding)} "
                    + $"to 0, as in {nameof(Augmentation)}.{nameof(ForPhotos)}, or leave out {nameof(ResizedCrop)}."
            );
        }

        if (Copies > 0 && ResizedCrop?.Size is { } size)
        {
            throw new ArgumentException(
                $"{nameof(Copies)} is {Copies}, which takes copies of the images' own size, and {nameof(ResizedCrop)} makes them {size} "
                    + $"pixels large; leave out {nameof(ResizedCrop)}.{nameof(RandomResizedCrop.Size)}, or set {nameof(Copies)} to 0."
            );
        }
    }

    /// <summary>
    /// Draws on the CPU and applies the changes to a batch [B, S, S, channels], uint8. The result is on the device of the batch, or on the
    /// CPU where that made it.
    /// </summary>
    internal Tensor Apply(Tensor pixels, Generator random) => Apply(pixels, BatchPart.All(pixels.shape[0]), random);

    /// <summary>The same for a part of a batch, with the changes that its images get in the whole one.</summary>
    internal Tensor Apply(Tensor pixels, BatchPart part, Generator random)
    {
        using var scope = NewDisposeScope();
        var n = part.Whole;
        var offsets = part.Of(randint(0, (2 * CropPadding) + 1, [2, n], ScalarType.Int64, generator: random), dimension: 1);
        var flips = part.Of(Flips ? randint(0, 2, [n], ScalarType.Int64, generator: random) : zeros(n, int64));
        if (NeedsProcessor)
        {
            return ChangeOneByOne(pixels.cpu(), part, offsets, flips, random).MoveToOuterDisposeScope();
        }

        if (CropPadding == 0 && !Flips)
        {
            return pixels;
        }

        var changed =
            pixels.device_type == DeviceType.CPU
                ? CropAndFlip(pixels, CropPadding, offsets[0], offsets[1], flips)
                : CropAndFlipByIndex(pixels, CropPadding, offsets[0], offsets[1], flips);
        return changed.MoveToOuterDisposeScope();
    }

    private Tensor ChangeOneByOne(Tensor pixels, BatchPart part, Tensor offsets, Tensor flips, Generator random)
    {
        var n = (int)part.Whole;
        var changed = ResizedCrop is { } crop
            ? crop.Apply(
                pixels,
                part.Of(crop.Draw(n, (int)pixels.shape[1], random)),
                [.. flips.data<long>().ToArray().Select(flip => flip == 1)]
            )
            : CropAndFlip(pixels, CropPadding, offsets[0], offsets[1], flips);
        var factors = ColorJitter is { } jitter ? part.Of(jitter.Draw(n, random)) : null;
        var (size, channels) = ((int)changed.shape[1], (int)changed.shape[3]);
        var operations = TrivialAugment ? part.Of(TrivialChange.Draw(n, random)) : null;
        var erased = ErasingProbability > 0 ? part.Of(RandomErasing.Draw(n, size, ErasingProbability, random)) : null;
        var bytes = changed.bytes;
        for (var i = 0; i < part.Count; i++)
        {
            var image = bytes.Slice(i * size * size * channels, size * size * channels);
            factors?[i].Apply(image, channels);
            operations?[i].Apply(image, size, channels);
            if (erased?[i] is { } window)
            {
                RandomErasing.Apply(image, size, channels, window);
            }
        }

        return changed;
    }

    /// <summary>Pads each image, takes the window at (top, left), and mirrors it where flip is 1.</summary>
    /// <remarks>
    /// Plain copies of rows of pixels: eight times as fast as tensor operations, which would gather every value by its index.
    /// </remarks>
    internal static Tensor CropAndFlip(Tensor pixels, int padding, Tensor tops, Tensor lefts, Tensor flips)
    {
        var (size, channels) = ((int)pixels.shape[1], (int)pixels.shape[3]);
        var changed = zeros_like(pixels);
        var source = pixels.bytes;
        var target = changed.bytes;
        var (top, left, flip) = (tops.data<long>().ToArray(), lefts.data<long>().ToArray(), flips.data<long>().ToArray());
        for (var image = 0; image < top.Length; image++)
        {
            var (down, right) = ((int)top[image] - padding, (int)left[image] - padding); // of the window in the image
            var kept = size - Math.Abs(right); // columns that are not padding
            for (var row = Math.Max(0, -down); kept > 0 && row < Math.Min(size, size - down); row++)
            {
                var from = source.Slice(RowStart(row + down) + (Math.Max(0, right) * channels), kept * channels);
                var to = target.Slice(RowStart(row), size * channels);
                from.CopyTo(to[(Math.Max(0, -right) * channels)..]);
                if (flip[image] == 1)
                {
                    RowOrder.Mirror(to, channels);
                }
            }

            int RowStart(int row) => ((image * size) + row) * size * channels;
        }

        return changed;
    }

    /// <summary>The same on any device, without waiting for it: only the positions of the pixels are sent there.</summary>
    internal static Tensor CropAndFlipByIndex(Tensor pixels, int padding, Tensor tops, Tensor lefts, Tensor flips)
    {
        var (images, size) = ((int)pixels.shape[0], (int)pixels.shape[1]);
        var width = size + (2 * padding);
        var padded = zeros([images, width, width, pixels.shape[3]], uint8, pixels.device);
        padded.narrow(1, padding, size).narrow(2, padding, size).copy_(pixels);
        var (top, left, flip) = (tops.data<long>().ToArray(), lefts.data<long>().ToArray(), flips.data<long>().ToArray());
        var rows =
            from image in Enumerable.Range(0, images)
            from row in Enumerable.Range(0, size)
            select ((image * width) + top[image] + row) * width;
        var columns =
            from image in Enumerable.Range(0, images)
            from column in Enumerable.Range(0, size)
            select left[image] + (flip[image] == 1 ? size - 1 - column : column);
        var places = tensor(rows.ToArray())
            .reshape(images, size, 1)
            .OnDevice(pixels.device)
            .Plus(tensor(columns.ToArray()).reshape(images, 1, size).OnDevice(pixels.device));
        // [B, S, S] places among all pixels of the batch
        return padded.flatten(0, 2).index_select(0, places.flatten()).reshape(pixels.shape);
    }

    /// <summary>The changes that are made: one that came later than the first two is printed only where it is on.</summary>
    public override string ToString() =>
        InvariantText.Of(() =>
        {
            var later =
                (ResizedCrop is { } crop ? $", ResizedCrop = {crop}" : "")
                + (ColorJitter is { } jitter ? $", ColorJitter = {jitter}" : "")
                + (TrivialAugment ? ", TrivialAugment = True" : "")
                + (ErasingProbability > 0 ? $", ErasingProbability = {ErasingProbability}" : "")
                + (Copies > 0 ? $", Copies = {Copies}" : "");
            return $"Augmentation {{ CropPadding = {CropPadding}, HorizontalFlip = {Flips}{later} }}";
        });
}
