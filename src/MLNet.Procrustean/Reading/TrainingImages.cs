using MLNet.Procrustean.Data;
using MLNet.Procrustean.Images;

namespace MLNet.Procrustean.Reading;

/// <summary>The images to train on and, where wanted, those to measure each epoch by.</summary>
internal sealed record TrainingImages(LabelledImages Train, LabelledImages? Validation) : IDisposable
{
    /// <summary>Refuses a class of which no image can be held out.</summary>
    /// <param name="labels">The classes.</param>
    /// <param name="counts">The images of each, in the order of the classes.</param>
    /// <exception cref="ArgumentException">A class has one image only.</exception>
    public static void CheckSplit(ClassLabels labels, long[] counts)
    {
        if (Array.IndexOf(counts, 1L) is >= 0 and var lone)
        {
            throw new ArgumentException(
                $"Class '{labels.Names[lone]}' has only one row, and {nameof(ImageClassifierOptions.ValidationSetFraction)} holds out at "
                    + "least one of each class and leaves at least one: add images of the class, leave it out, set the fraction to 0, or "
                    + $"give a {nameof(ImageClassifierOptions.ValidationSet)}."
            );
        }
    }

    /// <summary>
    /// Holds a share of each class out, at least one image and never all; from now on, the pixels of the given images belong to the two
    /// parts.
    /// </summary>
    /// <exception cref="ArgumentException">A class has one image only.</exception>
    public static TrainingImages Split(LabelledImages images, ClassLabels labels, double fraction, int seed)
    {
        using var whole = images.Labels;
        try
        {
            CheckSplit(labels, images.CountsOf(labels.Names.Length)); // without images that are skipped
            var names = whole.data<long>().ToArray().Select(label => labels.Names[(int)label]).ToArray();
            var held = StratifiedSplit.Choose(names, fraction, seed);
            IEnumerable<long> Rows(bool validation) =>
                Enumerable.Range(0, held.Length).Where(row => held[row] == validation).Select(row => (long)row);
            return new(images.Part(Rows(validation: false)), images.Part(Rows(validation: true)));
        }
        catch
        {
            images.Pixels.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Train.Dispose();
        Validation?.Dispose();
    }
}
