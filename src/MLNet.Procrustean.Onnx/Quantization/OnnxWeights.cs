using System.Diagnostics.CodeAnalysis;

namespace MLNet.Procrustean;

/// <summary>How an exported file stores the weights of the network, and what computes with them.</summary>
public enum OnnxWeights
{
    /// <summary>Single precision, four bytes a weight: the file that <see cref="ImageClassifierModel.SaveOnnx"/> writes.</summary>
    Fp32,

    /// <summary>
    /// Half precision, two bytes a weight. They become single precision again when the file is loaded, so that scoring is as fast as with
    /// <see cref="Fp32"/> and probabilities differ by some thousandths.
    /// </summary>
    Fp16,

    /// <summary>
    /// Whole numbers of one byte, for weights and for what flows between layers: a quarter of the file, and two to three times as fast on
    /// processors with instructions for them (VNNI, on ARM the dot product). The last layer stays in single precision. Ranges are measured
    /// on images, and accuracy may suffer: see <see cref="OnnxReport"/>.
    /// </summary>
    [SuppressMessage("Naming", "CA1720", Justification = "It is the field's name, beside Fp32 and Fp16.")]
    Int8,
}
