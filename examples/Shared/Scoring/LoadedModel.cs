using System.Reflection;
using Microsoft.ML;

namespace Shared;

/// <summary>A model from a file, as ML.NET saved it or as <c>SaveOnnx</c> wrote it; ONNX Runtime scores.</summary>
internal static class LoadedModel
{
    /// <exception cref="InvalidDataException">
    /// The file is missing, damaged or of another kind: one line names it, with all causes.
    /// </exception>
    public static ITransformer From(MLContext ml, string path)
    {
        try
        {
            return Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase)
                ? ml.Model.LoadOnnxImageClassifier(path)
                : ml.Model.Load(path, out _);
        }
        catch (Exception problem)
        {
            throw new InvalidDataException(
                $"The model '{path}' cannot be loaded: {string.Join(' ', Causes(problem)).ReplaceLineEndings(" ")}"
            );
        }
    }

    /// <summary>The messages of a problem and of its causes: ML.NET's own is often general, and its causes are what helps.</summary>
    public static IEnumerable<string> Causes(Exception? problem) =>
        problem is null ? []
        : problem is TargetInvocationException ? Causes(problem.InnerException)
        : Causes(problem.InnerException).Prepend(problem.Message);
}
