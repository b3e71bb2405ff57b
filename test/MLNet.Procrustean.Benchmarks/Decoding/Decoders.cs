using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNet.Procrustean.Reading;

namespace MLNet.Procrustean.Benchmarks.Decoding;

/// <summary>
/// Decodes files to square images on all processors: with the code that Fit reads images with, and with ML.NET's own transforms.
/// </summary>
internal static class Decoders
{
    public static double Library(IReadOnlyList<LabelledImageFile> rows, int side)
    {
        var ml = new MLContext();
        var data = ml.Data.LoadFromEnumerable(rows);
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        var reader = new LabelledImagesReader(new() { ImageSize = side }, problem => throw problem);
        return PerSecond(rows.Count, () =>
        {
            using var images = reader.Read(keyed);
        });
    }

    /// <summary>A cursor of its own for each processor, over its share of the rows.</summary>
    public static double MlNet(IReadOnlyList<LabelledImageFile> rows, int side)
    {
        var ml = new MLContext();
        var pipeline = ml
            .Transforms.LoadImages("Picture", imageFolder: null, inputColumnName: "ImagePath")
            .Append(ml.Transforms.ResizeImages("Picture", side, side, resizing: ImageResizingEstimator.ResizingKind.Fill))
            .Append(ml.Transforms.ExtractPixels("Pixels", "Picture", interleavePixelColors: true, outputAsFloatArray: false));
        var parts = rows.Chunk((rows.Count + Environment.ProcessorCount - 1) / Environment.ProcessorCount)
            .Select(part => ml.Data.LoadFromEnumerable(part))
            .Select(part => pipeline.Fit(part).Transform(part))
            .ToArray();
        return PerSecond(rows.Count, () => Parallel.ForEach(parts, new() { MaxDegreeOfParallelism = parts.Length }, ReadPixels));
    }

    private static void ReadPixels(IDataView data)
    {
        var column = data.Schema["Pixels"];
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<byte>>(column);
        VBuffer<byte> pixels = default;
        while (cursor.MoveNext())
        {
            getter(ref pixels);
        }
    }

    private static double PerSecond(int count, Action decode)
    {
        var clock = Stopwatch.StartNew();
        decode();
        return count / clock.Elapsed.TotalSeconds;
    }
}
