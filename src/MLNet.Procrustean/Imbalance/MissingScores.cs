using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Imbalance;

/// <summary>Tells the rows of scored data that have no score.</summary>
internal static class MissingScores
{
    /// <summary>Whether the column is a vector of floats.</summary>
    public static bool AreFloats(DataViewSchema.Column score) =>
        score.Type is VectorDataViewType { ItemType: NumberDataViewType { RawType.Name: nameof(Single) } };

    /// <summary>A function that tells whether all scores of the cursor's current row are NaN.</summary>
    /// <remarks>It is never so in a column of another type than a vector of floats.</remarks>
    public static Func<bool> Reader(DataViewRow row, DataViewSchema.Column score)
    {
        if (!AreFloats(score))
        {
            return () => false;
        }

        var getter = row.GetGetter<VBuffer<float>>(score);
        return () =>
        {
            VBuffer<float> scores = default;
            getter(ref scores);
            return scores.Length > 0 && scores.DenseValues().All(float.IsNaN);
        };
    }
}
