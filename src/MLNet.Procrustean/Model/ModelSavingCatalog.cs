using MLNet.Procrustean.Persistence;

namespace Microsoft.ML;

/// <summary>Adds to <c>mlContext.Model</c> a way of saving that never leaves half a model.</summary>
public static class ModelSavingCatalog
{
    /// <summary>Saves a model as ML.NET's own <c>Save</c> does, but whole or not at all.</summary>
    /// <remarks>
    /// <c>Save</c> with a path empties the file that is there before it writes: when the disk is full or the process is killed, the earlier
    /// model is lost and the new one incomplete. This method writes a file beside it, waits until everything is on the disk, and then
    /// renames it. It saves any model; <c>Load</c> loads it.
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="model">The model, of any transformers.</param>
    /// <param name="inputSchema">The columns of the data that it takes, or null to save none.</param>
    /// <param name="path">The file to write; an existing one is replaced once the new one is complete and on the disk.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file cannot be written; an existing one is unchanged.</exception>
    public static void SaveAtomically(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, string path)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        AtomicFile.Write(path, "model", stream => catalog.Save(model, inputSchema, stream));
    }
}
