using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean.Images;

/// <summary>The images to train on and, where wanted, those to measure each epoch by.</summary>
internal sealed record TrainingImages(LabelledImages Train, LabelledImages? Validation) : IDisposable
{
    /// <summary>Holds a share of each class out, at least one image and never all; the images given are disposed.</summary>
    /// <exception cref="ArgumentException">A class has one image only.</exception>
    public static TrainingImages Split(LabelledImages images, ClassLabels labels, double fraction, int seed)
    {
        using (images)
        {
            var names = images.Labels.data<long>().ToArray().Select(label => labels.Names[(int)label]).ToArray();
            var held = StratifiedSplit.Choose(names, fraction, seed);
            IEnumerable<long> Rows(bool validation) => Enumerable.Range(0, held.Length).Where(row => held[row] == validation).Select(row => (long)row);
            return new(images.Rows(Rows(validation: false)), images.Rows(Rows(validation: true)));
        }
    }

    public void Dispose()
    {
        Train.Dispose();
        Validation?.Dispose();
    }
}
