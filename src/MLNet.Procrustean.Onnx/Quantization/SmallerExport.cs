using Google.Protobuf;
using Microsoft.ML;
using MLNet.Procrustean.Data;
using MLNet.Procrustean.Onnx.Runtime;
using MLNet.Procrustean.Scoring;
using Onnx;

namespace MLNet.Procrustean.Onnx.Quantization;

/// <summary>One export with options: the file and the report.</summary>
/// <param name="model">What is exported.</param>
/// <param name="options">How.</param>
internal sealed class SmallerExport(ImageClassifierModel model, OnnxExportOptions options)
{
    private readonly ImageBatches images = new(model.Columns.Image, model.Shape, model.BadImages);

    public (byte[] File, OnnxReport Report) Make()
    {
        var calibration = Calibrating();
        var labels = options.TestImages is { } test ? CheckTestImages(test) : (DataViewSchema.Column?)null;
        var single = model.ToOnnx();
        var small = options.Weights switch
        {
            OnnxWeights.Int8 => StaticQuantization.Of(single, calibration, model.Shape),
            OnnxWeights.Fp16 => HalfPrecision.Of(single),
            _ => single.Clone(),
        };
        var singleFile = single.ToByteArray();
        if (options.Weights != OnnxWeights.Fp32)
        {
            small.MetadataProps.Add(new StringStringEntryProto { Key = "weights", Value = $"{options.Weights}" });
        }

        OnnxExport.Sign(small);
        var file = small.ToByteArray();
        var compared = Compare(singleFile, file, options.TestImages is { } data ? images.Read(data, labels) : calibration);
        return (file, Report(singleFile.Length, file.Length, compared));
    }

    private OnnxReport Report(long single, long file, Comparison compared) =>
        new()
        {
            Weights = options.Weights,
            FileBytes = file,
            Fp32FileBytes = single,
            ImageCount = compared.Images,
            IsOfTestImages = options.TestImages is not null,
            SameClassShare = compared.SameClassShare,
            LargestDifference = compared.LargestDifference,
            MacroAccuracy = compared.MacroAccuracy,
            Fp32MacroAccuracy = compared.Fp32MacroAccuracy,
        };

    private List<ImageBatch> Calibrating()
    {
        if (options.CalibrationImages is not { } data)
        {
            return options.Weights != OnnxWeights.Int8
                ? []
                : throw new ArgumentException(
                    $"{nameof(OnnxWeights)}.{nameof(OnnxWeights.Int8)} needs images on which ranges are measured: set "
                        + $"{nameof(OnnxExportOptions.CalibrationImages)} to the training images.",
                    nameof(options)
                );
        }

        ImageColumn.Find(data.Schema, model.Columns.Image);
        var label = data.Schema.GetColumnOrNull(options.LabelColumnName) is null
            ? (DataViewSchema.Column?)null
            : LabelText.Find(data.Schema, options.LabelColumnName);
        var chosen = ChosenRows.Of(data, label, options.CalibrationImageCount, options.Seed);
        var batches = images.Read(data, label, chosen).Where(batch => batch.Labels.Length > 0).ToList();
        return batches.Count > 0
            ? batches
            : throw new ArgumentException($"{nameof(OnnxExportOptions.CalibrationImages)} has no image that can be read.", nameof(options));
    }

    private DataViewSchema.Column CheckTestImages(IDataView test)
    {
        ImageColumn.Find(test.Schema, model.Columns.Image);
        var column = LabelText.Find(test.Schema, options.LabelColumnName);
        var labels = LabelText.Read(test, column).Distinct().ToList();
        return labels.Find(label => !model.ClassNames.Contains(label)) is { } unknown
                ? throw new ArgumentException(
                    $"{nameof(OnnxExportOptions.TestImages)} has the label '{unknown}', which is not one of the {model.ClassNames.Length} "
                        + $"classes: {LabelText.FirstOf(model.ClassNames)}.",
                    nameof(test)
                )
            : labels.Count == 0 ? throw new ArgumentException($"{nameof(OnnxExportOptions.TestImages)} has no row.", nameof(test))
            : column;
    }

    private Comparison Compare(byte[] single, byte[] file, IEnumerable<ImageBatch> batches)
    {
        var compared = new Comparison(model.ClassNames);
        using var expected = RuntimeScorer.Of(single, model.Shape);
        using var found = RuntimeScorer.Of(file, model.Shape); // also where there are no images: it can be loaded
        foreach (var (pixels, labels) in batches.Where(batch => batch.Labels.Length > 0))
        {
            var scores = expected.Score(pixels, withFeatures: false).Zip(found.Score(pixels, withFeatures: false));
            foreach (var ((one, other), label) in scores.Zip(labels))
            {
                compared.Add(one.Probabilities, other.Probabilities, label);
            }
        }

        return compared;
    }
}
