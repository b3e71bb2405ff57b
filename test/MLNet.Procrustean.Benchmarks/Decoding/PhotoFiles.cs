using MLNet.Procrustean.Benchmarks.Data;

namespace MLNet.Procrustean.Benchmarks.Decoding;

/// <summary>JPEG files in a folder of their own, deleted when disposed, and repeated to fill the given number of rows.</summary>
internal sealed class PhotoFiles : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("procrustean-bench");

    public PhotoFiles(int width, int height, int files, int rows)
    {
        var paths = Enumerable.Range(0, files).Select(number => Path.Combine(folder.FullName, $"{number:0000}.jpg")).ToArray();
        for (var number = 0; number < files; number++)
        {
            File.WriteAllBytes(paths[number], Photo.Jpeg(width, height, number));
        }

        Rows =
        [
            .. Enumerable
                .Range(0, rows)
                .Select(row => new LabelledImageFile { ImagePath = paths[row % files], Label = row % 2 == 0 ? "even" : "odd" }),
        ];
        AverageBytes = paths.Average(path => new FileInfo(path).Length);
    }

    public IReadOnlyList<LabelledImageFile> Rows { get; }

    public double AverageBytes { get; }

    public void Dispose() => folder.Delete(recursive: true);
}
