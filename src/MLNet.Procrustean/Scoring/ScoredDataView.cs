using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using MLNet.Procrustean.Data;

namespace MLNet.Procrustean.Scoring;

/// <summary>Data with the columns of a scorer added; rows are scored in batches as they are read.</summary>
/// <remarks>
/// ML.NET's export to ONNX goes from the end of a pipeline to its source, and asks each transform. What is no transform it takes for the
/// source, and would write a file without the network; so this is a transform, and refuses.
/// </remarks>
internal sealed class ScoredDataView(RowScorer scorer, IDataView input) : ITransformCanSaveOnnx
{
    public bool CanShuffle => input.CanShuffle;

    public DataViewSchema Schema { get; } = scorer.SchemaOf(input.Schema);

    IDataView IDataTransform.Source => input;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = columnsNeeded.Select(column => column.Index).ToHashSet();
        var passedOn = active.Where(index => index < input.Schema.Count).Select(index => input.Schema[index]).ToList();
        var scored = active.Any(index => index >= input.Schema.Count);
        var image = input.Schema[scorer.Columns.Image];
        var cursor = scored
            ? ImageColumn.Cursor(input, image, passedOn.Where(column => column.Index != image.Index), rand)
            : input.GetRowCursor(passedOn, rand);
        return new ScoredCursor(scorer, cursor, Schema, active, passedOn, scored);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx) => throw NoOnnx();

    void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx) => throw NoOnnx();

    void ICanSaveModel.Save(ModelSaveContext ctx) =>
        throw new NotSupportedException("Scored data cannot be saved as a model. Save the model that scored it: ml.Model.SaveAtomically.");

    private static NotSupportedException NoOnnx() =>
        new(
            "A pipeline with an image classifier cannot be exported to ONNX as a whole, since ONNX reads no image files. Export the "
                + "classifier alone, by its SaveOnnx(path): that network takes decoded images. A trained or loaded pipeline is a list of "
                + "transformers, of which one is the classifier."
        );
}
