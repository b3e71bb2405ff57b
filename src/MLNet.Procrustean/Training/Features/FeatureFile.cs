using MLNet.Procrustean.Decoding;
using MLNet.Procrustean.Diagnostics;
using MLNet.Procrustean.Reading.Cache;

namespace MLNet.Procrustean.Training.Features;

/// <summary>A file of features beside the image cache, for the next training on the same images with the same frozen stages.</summary>
/// <remarks>In safetensors: the arrays of <see cref="FeatureLayout"/>, with <see cref="FeatureComputation.Identity"/> as texts.</remarks>
internal static class FeatureFile
{
    /// <summary>
    /// The most bytes of features that are read into memory at once. Of larger ones each step reads its rows, which then are so large that
    /// this takes little time.
    /// </summary>
    public const long MostLoaded = 256 << 20;

    /// <summary>The path for features of so many parts: a head that is trained first and the rest then have a file each.</summary>
    public static string PathOf(string cachePath, int parts) => Path.GetFullPath($"{cachePath}.features-{parts}.safetensors");

    /// <summary>The features in the file, which are computed first where it does not hold them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="computation">Of the features.</param>
    /// <param name="meter">Told what was found, and of the computation.</param>
    /// <param name="mostLoaded">The most bytes of features to read into memory.</param>
    /// <returns>Null, with a warning, where they cannot be written.</returns>
    /// <exception cref="IOException">The file is not one of features, or cannot be read.</exception>
    public static FeatureRows? Of(string path, FeatureComputation computation, PhaseMeter meter, long mostLoaded = MostLoaded)
    {
        var identity = computation.Identity();
        try
        {
            var file = FeaturesInFile.Open(path, computation.Layout, identity, meter.Remark) ?? Compute(path, computation, identity, meter);
            return computation.Layout.Bytes > mostLoaded ? file : file.Load();
        }
        catch (CacheNotWrittenException problem)
        {
            meter.Warn($"{problem.Message} This training computes its features without the file.");
            return null;
        }
    }

    /// <summary>The features, computed into a file that is gone when they are disposed.</summary>
    /// <param name="folder">Of the file; null where there is no folder on a disk.</param>
    /// <param name="computation">Of the features.</param>
    /// <param name="meter">Told of the file, and of the computation.</param>
    /// <returns>Null, with a warning, where they cannot be written.</returns>
    public static FeatureRows? Temporary(string? folder, FeatureComputation computation, PhaseMeter meter)
    {
        const string Remedy =
            "Name a folder with room for it as that of temporary files (TMPDIR, on Windows TMP), or a "
            + $"{nameof(ImageClassifierOptions.CachePath)} in one.";
        var found =
            $"The features of the frozen stages take {ImageMemory.Readable(computation.Layout.Bytes)}, more memory than is available";
        if (folder is null)
        {
            meter.Warn($"{found}, and no folder for a temporary file is on a disk: each step computes them again. {Remedy}");
            return null;
        }

        meter.Remark(
            $"{found}: they are kept in a temporary file in '{folder}'. "
                + $"Beside a {nameof(ImageClassifierOptions.CachePath)} with room for it, the next training would have them too."
        );
        var path = Path.Combine(folder, $"procrustean-{Guid.NewGuid():N}.features.safetensors");
        try
        {
            return Compute(path, computation, new() { ["format"] = FeatureComputation.Format }, meter, isKept: false);
        }
        catch (CacheNotWrittenException problem)
        {
            meter.Warn($"{problem.InnerException!.Message} Each step computes the features again. {Remedy}");
            return null;
        }
    }

    private static FeaturesInFile Compute(
        string path,
        FeatureComputation computation,
        Dictionary<string, string> identity,
        PhaseMeter meter,
        bool isKept = true
    )
    {
        using var writer = new FeatureFileWriter(path, computation.Layout, identity, isKept);
        computation.Run(meter, writer.Write);
        return writer.Finish();
    }
}
