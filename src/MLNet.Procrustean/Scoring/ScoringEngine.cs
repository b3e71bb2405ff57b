namespace MLNet.Procrustean;

/// <summary>What computes the scores of a model.</summary>
public enum ScoringEngine
{
    /// <summary>
    /// ONNX Runtime for a model that was loaded, where the program references the package MLNet.Procrustean.Onnx, on the CPU in single
    /// precision; else libtorch.
    /// </summary>
    Auto,

    /// <summary>libtorch, which trains too: the program references a package of it, such as TorchSharp-cpu.</summary>
    Libtorch,

    /// <summary>ONNX Runtime, on the CPU in single precision: the program references the package MLNet.Procrustean.Onnx.</summary>
    OnnxRuntime,
}
