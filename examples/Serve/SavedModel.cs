using Microsoft.ML;
using MLNet.Procrustean;
using Shared;

namespace Serve;

/// <summary>The image classifier in a file that ML.NET saved, or that was exported to ONNX.</summary>
internal static class SavedModel
{
    /// <summary>Loads it. What was fitted before it in the pipeline is for labels, which a server has none of.</summary>
    /// <exception cref="InvalidDataException">The file is missing, damaged or of another kind; the message names it.</exception>
    public static ITransformer Load(MLContext ml, string path) =>
        Parts(LoadedModel.From(ml, path)).SingleOrDefault(part => part is ImageClassifierModel or OnnxImageClassifier)
        ?? throw new InvalidDataException($"The model '{path}' has no image classifier of MLNet.Procrustean in it.");

    private static IEnumerable<ITransformer> Parts(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Parts) : [model];
}
