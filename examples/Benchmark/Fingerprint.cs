using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Benchmark;

/// <summary>Tells data sets apart by the names and sizes of their images, and texts and other files by their contents.</summary>
internal static class Fingerprint
{
    /// <summary>Eight hexadecimal digits, the same wherever the folders lie.</summary>
    public static string Of(params string[] folders)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var folder in folders)
        {
            var images = new MLContext().Data.LoadImageFolder(folder).GetColumn<string>("ImagePath").Select(Path.GetFullPath);
            foreach (var file in images.Order(StringComparer.Ordinal))
            {
                var name = Path.GetRelativePath(folder, file).Replace('\\', '/');
                hash.AppendData(Encoding.UTF8.GetBytes($"{name} {new FileInfo(file).Length}\n"));
            }

            hash.AppendData("next\n"u8);
        }

        return Digits(hash.GetHashAndReset());
    }

    /// <summary>Eight hexadecimal digits.</summary>
    public static string OfText(string text) => Digits(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Eight hexadecimal digits, of the contents.</summary>
    public static string OfFile(string path)
    {
        using var file = File.OpenRead(path);
        return Digits(SHA256.HashData(file));
    }

    private static string Digits(byte[] hash) => Convert.ToHexStringLower(hash)[..8];
}
