using System.Diagnostics.CodeAnalysis;

namespace MLNet.Procrustean.Scoring;

/// <summary>
/// ONNX Runtime as an engine of scoring. The package MLNet.Procrustean.Onnx has it; it is found by its name, so that a program that
/// references the package has nothing to register.
/// </summary>
internal abstract class OnnxEngine
{
    /// <summary>The package that has it.</summary>
    public const string Package = "MLNet.Procrustean.Onnx";

    private static readonly Lazy<OnnxEngine?> Found = new(Find);

    /// <summary>Whether the program references the package.</summary>
    public static bool IsThere => Found.Value is not null;

    /// <exception cref="InvalidOperationException">The program does not reference the package.</exception>
    public static void Require()
    {
        if (!IsThere)
        {
            throw new InvalidOperationException(
                $"To score with ONNX Runtime, the program needs the package {Package}. Add a reference to it."
            );
        }
    }

    /// <summary>A scorer of the graph that the weights make.</summary>
    /// <exception cref="InvalidOperationException">The program does not reference the package.</exception>
    /// <exception cref="InvalidDataException">The weights are not those of the network.</exception>
    public static Scorer Open(ModelContents contents)
    {
        Require();
        return Found.Value!.ScorerOf(contents);
    }

    protected abstract Scorer ScorerOf(ModelContents contents);

    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor, $"{Package}.RuntimeEngine", Package)]
    private static OnnxEngine? Find() =>
        Type.GetType($"{Package}.RuntimeEngine, {Package}", throwOnError: false) is { } type
            ? (OnnxEngine)Activator.CreateInstance(type)!
            : null;
}
