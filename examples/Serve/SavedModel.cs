using System.Reflection;
using Microsoft.ML;
using MLNet.Procrustean;

namespace Serve;

/// <summary>The image classifier in a file that ML.NET saved.</summary>
internal static class SavedModel
{
    /// <summary>Loads it. What was fitted before it in the pipeline is for labels, which a server has none of.</summary>
    /// <exception cref="InvalidDataException">The file is missing, damaged or of another kind; the message names it.</exception>
    public static ImageClassifierModel Load(MLContext ml, string path) =>
        Parts(Read(ml, path)).OfType<ImageClassifierModel>().SingleOrDefault()
        ?? throw new InvalidDataException($"The model '{path}' has no image classifier of MLNet.Procrustean in it.");

    private static ITransformer Read(MLContext ml, string path)
    {
        try
        {
            return ml.Model.Load(path, out _);
        }
        catch (Exception problem)
        {
            throw new InvalidDataException($"The model '{path}' cannot be loaded: {string.Join(' ', Causes(problem))}", problem);
        }
    }

    // ML.NET's own message is often general; its causes are what helps.
    private static IEnumerable<string> Causes(Exception? problem) =>
        problem is null ? []
        : problem is TargetInvocationException ? Causes(problem.InnerException)
        : Causes(problem.InnerException).Prepend(problem.Message);

    private static IEnumerable<ITransformer> Parts(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Parts) : [model];
}
