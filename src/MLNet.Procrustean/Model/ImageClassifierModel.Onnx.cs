using Google.Protobuf;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean;

public sealed partial class ImageClassifierModel
{
    /// <summary>Writes the model as an ONNX file, which ONNX Runtime and other programs score with, without this library.</summary>
    /// <remarks>
    /// The input, <c>pixels</c>, is uint8 [N, S, S, channels]: any number of decoded images of the model's size S, row by row, with red,
    /// green and blue (or grey) from 0 to 255. Normalisation is part of the graph, and so are mirror images where
    /// <see cref="ImageClassifierOptions.AverageFlips"/> was set. The outputs are <c>probabilities</c>, float [N, C], in the order of
    /// <see cref="ClassNames"/>, and <c>features</c>, float [N, D], which are those of the feature column. Both are in single precision and
    /// equal those of this library apart from rounding: probabilities to about 10⁻⁶. Batch normalisation is folded into the convolutions.
    /// <para>
    /// The file is of opset 17 and IR version 8, which ONNX Runtime 1.17 and later read. Its <c>metadata_props</c> have, among
    /// others, <c>class_names</c> and <c>training_counts</c> (lists in JSON), <c>image_size</c>, <c>channels</c>, <c>aspect_ratio</c>,
    /// <c>backbone</c> and <c>library_version</c>. Decoding an image and bringing it to S × S pixels is not part of the graph: another
    /// resampler than this library's changes probabilities by some thousandths.
    /// </para>
    /// </remarks>
    /// <param name="path">The file to write; an existing one is replaced once the new one is complete and on the disk.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file cannot be written; an existing one is unchanged.</exception>
    /// <exception cref="NotSupportedException">The model takes more than 2 GB, which is the most that the format allows.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public void SaveOnnx(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        scorer.CheckNotDisposed();
        AtomicFile.Write(path, "ONNX model", stream => ToOnnx().WriteTo(stream));
    }

    internal Onnx.ModelProto ToOnnx()
    {
        var (texts, weights) = scorer.ContentsWith(Columns);
        var model = OnnxExport.Of(texts, weights);
        OnnxExport.Sign(model);
        return model;
    }
}
