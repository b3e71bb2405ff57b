using System.Security.Cryptography;
using System.Text.Json;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Persistence;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Scoring;

/// <summary>Short texts that differ when contents do: a SHA-256 or its first digits.</summary>
internal static class Fingerprint
{
    private const int Digits = 16;
    private const int ImagesAtOnce = 256;

    /// <summary>Of labels and pixels, in their order.</summary>
    public static string Of(LabelledImages images)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(images.Labels.bytes);
        Append(hash, images.Pixels);
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..Digits];
    }

    /// <summary>Of pixels, in their order: all digits.</summary>
    public static string Of(PixelRows pixels)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, pixels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Of named weights: all digits.</summary>
    public static string Of(IEnumerable<(string Name, Tensor Values)> weights) =>
        ModelFile.Checksum(new Dictionary<string, string>(), NetworkWeights.Capture(weights));

    /// <summary>Of the weights, and of how an image is prepared for them.</summary>
    public static string Of(TrainedClassifier classifier)
    {
        var (_, means, deviations) = classifier.Preprocessing;
        var texts = new Dictionary<string, string>
        {
            ["means"] = JsonSerializer.Serialize(means, ListsJson.Default.Numbers),
            ["deviations"] = JsonSerializer.Serialize(deviations, ListsJson.Default.Numbers),
        };
        return ModelFile.Checksum(texts, NetworkWeights.Capture(classifier.Network))[..Digits];
    }

    private static void Append(IncrementalHash hash, PixelRows pixels)
    {
        for (long start = 0; start < pixels.Count; start += ImagesAtOnce)
        {
            using var scope = NewDisposeScope();
            hash.AppendData(pixels.Narrow(start, Math.Min(ImagesAtOnce, pixels.Count - start)).contiguous().bytes);
        }
    }
}
