using System.Security.Cryptography;
using System.Text;

namespace Benchmark;

/// <summary>Tells data sets apart by the names and sizes of their files, and texts by their characters.</summary>
internal static class Fingerprint
{
    /// <summary>Eight hexadecimal digits, the same wherever the folders lie.</summary>
    public static string Of(params string[] folders)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var folder in folders)
        {
            foreach (
                var file in new DirectoryInfo(folder)
                    .EnumerateFiles("*", SearchOption.AllDirectories)
                    .OrderBy(file => file.FullName, StringComparer.Ordinal)
            )
            {
                hash.AppendData(
                    Encoding.UTF8.GetBytes($"{Path.GetRelativePath(folder, file.FullName).Replace('\\', '/')} {file.Length}\n")
                );
            }

            hash.AppendData("next\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..8];
    }

    /// <summary>Eight hexadecimal digits.</summary>
    public static string OfText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
}
