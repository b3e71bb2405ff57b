using Microsoft.ML;

namespace MLNet.Procrustean.Data;

/// <summary>Finds columns by name, with an error that tells the names there are.</summary>
internal static class SchemaColumns
{
    /// <summary>The column of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static DataViewSchema.Column Require(this DataViewSchema schema, string name) =>
        schema.GetColumnOrNull(name)
        ?? throw new ArgumentException(
            $"There is no column '{name}'. The columns are: {string.Join(", ", schema.Select(column => column.Name))}."
        );
}
