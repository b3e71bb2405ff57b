using Microsoft.ML;
using MLNet.Procrustean;

namespace Serve;

/// <summary>The image classifier in a file that ML.NET saved.</summary>
internal static class SavedModel
{
    /// <summary>Loads it. What was fitted before it in the pipeline is for labels, which a server has none of.</summary>
    public static ImageClassifierModel Load(MLContext ml, string path) =>
        Parts(ml.Model.Load(path, out _)).OfType<ImageClassifierModel>().SingleOrDefault()
        ?? throw new InvalidDataException($"{path} holds no image classifier of MLNet.Procrustean.");

    private static IEnumerable<ITransformer> Parts(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Parts) : [model];
}
