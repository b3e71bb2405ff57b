using Microsoft.ML;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Reading.Cache;

namespace MLNet.Procrustean.Reading;

/// <summary>Data whose columns fit and whose rows all have a label, which is known before an image of it is decoded.</summary>
/// <param name="Data">The rows.</param>
/// <param name="Image">The column of the images.</param>
/// <param name="Label">The column of the classes.</param>
/// <param name="Count">The number of rows, at least 1.</param>
/// <param name="CachePath">The file for the decoded images; null for none.</param>
/// <param name="Prefix">What a message about the images begins with.</param>
internal sealed record ExaminedRows(
    IDataView Data,
    DataViewSchema.Column Image,
    DataViewSchema.Column Label,
    int Count,
    string? CachePath,
    string Prefix = ""
)
{
    private const string NameOfValidation = $"{nameof(ImageClassifierOptions.ValidationSet)}: ";

    /// <summary>Examines the rows to train on; of their columns, only the labels are read.</summary>
    /// <exception cref="ArgumentException">
    /// A column does not fit, a row has no label or one that is not one of the classes, or there is no row.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ExaminedRows Of(IDataView data, ImageClassifierOptions options) => Of(data, options, options.CachePath);

    /// <summary>Examines the rows to measure each epoch by: their classes are those of the rows to train on.</summary>
    /// <exception cref="ArgumentException">The same, or the classes are others; the message begins with the name of the option.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ExaminedRows OfValidation(IDataView data, ImageClassifierOptions options, ExaminedRows train)
    {
        try
        {
            return Of(data, options, options.ValidationCachePath, ClassLabels.From(train.Label)) with { Prefix = NameOfValidation };
        }
        catch (ArgumentException problem)
        {
            throw new ArgumentException($"{NameOfValidation}{problem.Message}", problem);
        }
    }

    private static ExaminedRows Of(IDataView data, ImageClassifierOptions options, string? cachePath, ClassLabels? classes = null)
    {
        var image = ImageColumn.Find(data.Schema, options.ImageColumnName);
        var label = LabelColumn.Find(data.Schema, options.LabelColumnName);
        classes?.CheckSame(label);
        if (cachePath is not null)
        {
            ImageKeys.Check(image);
        }

        var count = LabelColumn.Read(data, label, options.Cancellation).Count;
        return count > 0 ? new(data, image, label, count, cachePath) : throw new ArgumentException("There is no row in the data.");
    }
}
