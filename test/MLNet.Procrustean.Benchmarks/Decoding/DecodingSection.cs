using MLNet.Procrustean.Benchmarks.Measuring;

namespace MLNet.Procrustean.Benchmarks.Decoding;

/// <summary>How fast image files become pixels.</summary>
internal static class DecodingSection
{
    public static IEnumerable<string> Measure(Sizes sizes)
    {
        yield return FormattableString.Invariant(
            $"JPEG files of quality 90, read from the file cache, on all {Environment.ProcessorCount} cores. "
        )
            + "MLNet.Procrustean: as Fit reads images, into one tensor. "
            + "ML.NET: LoadImages, ResizeImages and ExtractPixels to bytes, one cursor for each core.";
        yield return Sides(32, 32, sizes.SmallFiles, sizes.SmallRows, sizes, [32]);
        yield return Sides(400, 533, sizes.PhotoFiles, sizes.PhotoRows, sizes, [64, 224]);
    }

    private static string Sides(int width, int height, int files, int rows, Sizes sizes, int[] sides)
    {
        using var photos = new PhotoFiles(width, height, files, rows);
        var tables = sides.Select(side =>
        {
            var measurements = Alternation.Run(
                [
                    new("ML.NET", () => Decoders.MlNet(photos.Rows, side)),
                    new("MLNet.Procrustean", () => Decoders.Library(photos.Rows, side)),
                ],
                sizes
            );
            return Table.Of(
                FormattableString.Invariant($"{width}×{height} ({photos.AverageBytes / 1000:0.0} kB) to {side}×{side}"),
                "images/s",
                "this ÷ ML.NET",
                measurements,
                (one, first) => one.RatioTo(first)
            );
        });
        return string.Join("\n\n", tables.ToList());
    }
}
