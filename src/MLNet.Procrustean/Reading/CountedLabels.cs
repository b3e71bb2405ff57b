using Microsoft.ML;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Diagnostics;

namespace MLNet.Procrustean.Reading;

/// <summary>The classes of a data view, and how many of its rows each has.</summary>
/// <param name="Labels">The classes.</param>
/// <param name="Counts">The rows of each, in the order of the classes; 0 where it has none.</param>
internal sealed record CountedLabels(ClassLabels Labels, long[] Counts)
{
    /// <summary>Reads the labels; no other column is read, except that a cache of ML.NET then reads all of its columns.</summary>
    /// <exception cref="ArgumentException">There is no such column of labels, or a row has no label.</exception>
    /// <exception cref="ImageException">An image could not be loaded into a cache of ML.NET.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CountedLabels Of(IDataView data, string columnName, PhaseMeter meter, CancellationToken cancellation)
    {
        var column = LabelColumn.Find(data.Schema, columnName);
        var labels = ClassLabels.From(column);
        var counts = new long[labels.Names.Length];
        meter.Begin(TrainingPhase.ReadingLabels, data.GetRowCount());
        LabelColumn.Read(data, column, cancellation, meter.Reached).ForEach(label => counts[label]++);
        meter.End();
        return new(labels, counts);
    }
}
