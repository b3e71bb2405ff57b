using Microsoft.ML;

namespace MLNet.Procrustean.Data;

/// <summary>Finds columns by name, with an error that lists the existing names.</summary>
internal static class SchemaColumns
{
    /// <summary>The column of that name.</summary>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public static DataViewSchema.Column Require(this DataViewSchema schema, string name) =>
        schema.GetColumnOrNull(name)
        ?? throw new ArgumentException(
            $"There is no column '{name}'. The columns are: {string.Join(", ", schema.Select(column => column.Name))}."
        );
}
