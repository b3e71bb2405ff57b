using MLNet.Procrustean.Onnx.Quantization;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean;

/// <summary>Adds to <see cref="ImageClassifierModel"/> the export of smaller and faster ONNX files.</summary>
public static class OnnxSaving
{
    /// <summary>
    /// Writes the model as an ONNX file with weights in half precision or in whole numbers of one byte, and says what that costs.
    /// </summary>
    /// <remarks>
    /// Inputs, outputs and properties are those of <see cref="ImageClassifierModel.SaveOnnx"/>, with a further property <c>weights</c>
    /// where they are not in single precision, and <see cref="Microsoft.ML.OnnxModelCatalog.LoadOnnxImageClassifier"/> loads it like any
    /// other file.
    /// <para>
    /// <see cref="OnnxWeights.Int8"/> is static quantization by pairs of <c>QuantizeLinear</c> and <c>DequantizeLinear</c>, which runtimes
    /// join with the operation between them: weights are signed and symmetric with a scale for each channel, activations unsigned with one
    /// scale for each tensor. Pixels go in as the bytes that they are. Ranges are chosen from histograms of the calibration images by three
    /// rules: lowest to highest, all but a ten-thousandth, and the least squared error. The rule whose softened probabilities of these
    /// images are nearest to those of single precision is kept. The last layer and the pooled features are in single precision.
    /// </para>
    /// <para>
    /// On processors with AVX2 and without VNNI, ONNX Runtime adds two products in 16 bits, which can overflow: compare the file there.
    /// </para>
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="path">The file to write; an existing one is replaced once the new one is complete and on the disk.</param>
    /// <param name="options">How weights are stored, and the images.</param>
    /// <returns>The sizes, and the comparison where there are images.</returns>
    /// <exception cref="ArgumentException">
    /// The path is empty, whole numbers are asked for without calibration images, or images or test labels are missing or do not fit the
    /// model.
    /// </exception>
    /// <exception cref="ImageException">
    /// An image cannot be read, and <see cref="ImageClassifierModel.BadImages"/> is to refuse; otherwise it is left out.
    /// </exception>
    /// <exception cref="InvalidOperationException">The network gives a number that is not finite; its weights are damaged.</exception>
    /// <exception cref="IOException">The file cannot be written; an existing one is unchanged.</exception>
    /// <exception cref="NotSupportedException">The model takes more than 2 GB, which is the most that the format allows.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static OnnxReport SaveOnnx(this ImageClassifierModel model, string path, OnnxExportOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(options);
        var (file, report) = new SmallerExport(model, options).Make();
        AtomicFile.Write(path, "ONNX model", stream => stream.Write(file));
        return report;
    }
}
