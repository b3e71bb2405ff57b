using MLNet.Procrustean.Data;
using MLNet.Procrustean.Images;

namespace MLNet.Procrustean.Reading;

/// <summary>The images to train on and, where wanted, those to measure each epoch by.</summary>
internal sealed record TrainingImages(LabelledImages Train, LabelledImages? Validation) : IDisposable
{
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
