namespace MLNet.Procrustean.Corrections.Ternary;

/// <summary>The objective on one batch: of the weights as they are, and with another value of one of them.</summary>
internal abstract class WeightTrials : IDisposable
{
    // What is less than this is rounding.
    private const double SmallestDecrease = 1e-9;

    /// <summary>The objective of the weights as they are.</summary>
    public double Current { get; protected set; }

    /// <summary>Tries the other two values of a weight, and keeps the better one if it makes the objective smaller.</summary>
    /// <returns>Whether the weight was changed.</returns>
    public bool Improve(TernaryLayer layer, int index)
    {
        if (layer.ScaleOf(index) == 0)
        {
            return false; // all values are 0
        }

        var (best, value) = (Current - SmallestDecrease, (sbyte?)null);
        for (sbyte other = -1; other <= 1; other++)
        {
            if (other != layer.Values[index] && With(layer, index, other) is var tried && tried < best)
            {
                (best, value) = (tried, other);
            }
        }

        if (value is { } kept)
        {
            Keep(layer, index, kept);
            Current = best;
        }

        return value is not null;
    }

    /// <summary>The objective with another value of one weight, which stays as it is.</summary>
    public abstract double With(TernaryLayer layer, int index, sbyte value);

    /// <summary>Gives a weight another value.</summary>
    protected abstract void Keep(TernaryLayer layer, int index, sbyte value);

    public abstract void Dispose();
}
