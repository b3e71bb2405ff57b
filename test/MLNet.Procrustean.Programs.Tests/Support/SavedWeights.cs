using System.IO.Compression;

namespace MLNet.Procrustean.Programs.Tests.Support;

/// <summary>The classifier within a file that ML.NET saved, to compare trainings: the zip around it holds times.</summary>
internal static class SavedWeights
{
    public static byte[] Of(string model)
    {
        using var zip = ZipFile.OpenRead(model);
        using var entry = zip.Entries.Single(entry => entry.Name == "model.safetensors").Open();
        using var bytes = new MemoryStream();
        entry.CopyTo(bytes);
        return bytes.ToArray();
    }
}
