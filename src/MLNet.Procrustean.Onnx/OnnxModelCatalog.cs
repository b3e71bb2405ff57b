using Microsoft.ML.Data;
using MLNet.Procrustean;

namespace Microsoft.ML;

/// <summary>Adds to <c>mlContext.Model</c> the loading of image classifiers that were exported to ONNX.</summary>
public static class OnnxModelCatalog
{
    /// <summary>Loads what <see cref="ImageClassifierModel.SaveOnnx"/> wrote, to score with ONNX Runtime; libtorch is not needed.</summary>
    /// <remarks>
    /// The file is data, and not trusted: it is read whole, nothing is loaded from outside it, and a file that this library did not write,
    /// or that was changed so that its graph does other things than a classifier's, is refused. Models that <c>ml.Model.Save</c> wrote are
    /// loaded by <c>ml.Model.Load</c>, with the same engine.
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="path">The file, with the extension .onnx as a rule.</param>
    /// <returns>The model. It holds native memory: dispose it when done.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// It is damaged, is not an exported image classifier, or a later version of the library wrote it; the message says which.
    /// </exception>
    public static OnnxImageClassifier LoadOnnxImageClassifier(this ModelOperationsCatalog catalog, string path)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return OnnxImageClassifier.Read(File.ReadAllBytes(path), CatalogUtils.GetEnvironment(catalog));
    }
}
