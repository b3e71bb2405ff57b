using System.Security.Cryptography;
using System.Text.Json;
using MLNet.Procrustean.Images;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Persistence;
using static TorchSharp.torch;

namespace MLNet.Procrustean.Scoring;

/// <summary>Short texts that differ when contents do: the first digits of a SHA-256.</summary>
internal static class Fingerprint
{
    private const int Digits = 16;
    private const int ImagesAtOnce = 256;

    /// <summary>Of labels and pixels, in their order.</summary>
    public static string Of(LabelledImages images)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(images.Labels.bytes);
        for (long start = 0; start < images.Count; start += ImagesAtOnce)
        {
            using var scope = NewDisposeScope();
            hash.AppendData(images.Pixels.Narrow(start, Math.Min(ImagesAtOnce, images.Count - start)).contiguous().bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..Digits];
    }

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
}
