using Google.Protobuf;
using MLNet.Procrustean.Onnx.Runtime;
using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean.Onnx;

/// <summary>ONNX Runtime as the engine of a model; the library finds this class by its name.</summary>
internal sealed class RuntimeEngine : OnnxEngine
{
    protected override Scorer ScorerOf(ModelContents contents) =>
        RuntimeScorer.Of(OnnxExport.Of(contents.Texts, contents.Weights).ToByteArray(), contents.Texts.Preprocessing.Shape);
}
