namespace MLNet.Procrustean;

// What options must satisfy together, checked when a trainer is made.
public sealed partial record ImageClassifierOptions
{
    /// <summary>Refuses options that contradict each other.</summary>
    internal void CheckTogether()
    {
        CheckSize(ImageSize, nameof(ImageSize));
        CheckAugmentation();
        CheckWeights();
        CheckOptimizer();
        CheckWhitening();
        CheckParts();
        Columns.CheckDistinct();
        Strategy.Check(Backbone, Epochs);
        CheckValidation();
    }

    private void CheckSize(int size, string name)
    {
        if (size < Backbone.SmallestImage || size > Backbone.LargestImage)
        {
            throw new ArgumentException(
                $"{name} is {size}, and the backbone {Backbone.Name} takes images of {Backbone.SmallestImage} "
                    + $"to {Backbone.LargestImage} pixels; change one of them."
            );
        }
    }

    private void CheckAugmentation()
    {
        Augmentation.CheckTogether();
        if (Augmentation.CropPadding >= ImageSize)
        {
            throw new ArgumentException(
                $"{nameof(Augmentation)}.{nameof(Augmentation.CropPadding)} is {Augmentation.CropPadding}, and {nameof(ImageSize)} is "
                    + $"{ImageSize}: crops would have nothing of the image. Take an eighth of the size, or 0."
            );
        }

        if (Augmentation.ResizedCrop?.Size is { } cropped)
        {
            CheckSize(cropped, $"{nameof(Augmentation)}.{nameof(Augmentation.ResizedCrop)}.{nameof(RandomResizedCrop.Size)}");
        }
    }

    private void CheckWeights()
    {
        if (InitialWeights is { } weights && (weights.Backbone != Backbone || weights.Channels != Channels))
        {
            throw new ArgumentException(
                $"{nameof(InitialWeights)} are for the backbone {weights.Backbone.Name} and {weights.Channels} channels, and the options "
                    + $"ask for {Backbone.Name} and {Channels}; leave {nameof(Backbone)} and {nameof(Channels)} out, or take other weights."
            );
        }

        if (FrozenStages > Backbone.ResidualStages + 1)
        {
            throw new ArgumentException(
                $"{nameof(FrozenStages)} is {FrozenStages}, and the backbone {Backbone.Name} has a stem and {Backbone.ResidualStages} "
                    + $"stages; give at most {Backbone.ResidualStages + 1}."
            );
        }
    }

    private void CheckWhitening()
    {
        if (WhitenedStem == true && Backbone is LeNet)
        {
            throw new ArgumentException(
                $"{nameof(WhitenedStem)} is true, and the backbone {Backbone.Name} has no batch normalisation after its first convolution; "
                    + $"leave {nameof(WhitenedStem)} out."
            );
        }
    }

    private void CheckOptimizer()
    {
        if (Optimizer == Optimizer.Adam && Momentum == 1)
        {
            throw new ArgumentException(
                $"{nameof(Momentum)} is 1, and {nameof(Optimizer)} is {nameof(Optimizer.Adam)}, which then never moves; give less than 1."
            );
        }
    }

    /// <summary>Refuses parts that a batch cannot be cut into, or that processes cannot share.</summary>
    internal void CheckParts()
    {
        if (BatchParts > BatchSize / 2)
        {
            throw new ArgumentException(
                $"{nameof(BatchParts)} is {BatchParts}, and each part takes at least two images of a batch of {BatchSize}; "
                    + $"give at most {BatchSize / 2}, or a larger {nameof(BatchSize)}."
            );
        }

        if (Replicas is { Count: var count } && BatchParts % count != 0)
        {
            throw new ArgumentException(
                $"{nameof(BatchParts)} is {BatchParts}, which {count} processes cannot share equally; "
                    + $"give a multiple of {count}, or start another number of processes."
            );
        }
    }

    private void CheckValidation()
    {
        if (ValidationSet is not null && ValidationSetFraction > 0)
        {
            throw new ArgumentException($"Both {nameof(ValidationSet)} and {nameof(ValidationSetFraction)} are given; give one of them.");
        }

        if (Keep == KeptEpoch.Best && ValidationSet is null && ValidationSetFraction == 0)
        {
            throw new ArgumentException(
                $"{nameof(Keep)} is {nameof(KeptEpoch.Best)}, which takes validation images; "
                    + $"give {nameof(ValidationSet)} or {nameof(ValidationSetFraction)}."
            );
        }
    }
}
