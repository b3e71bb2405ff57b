using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Scoring;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>A model file changed on purpose.</summary>
internal static class ForgedModel
{
    /// <summary>The file with a change; its checksum fits the change unless <paramref name="sign"/> is false.</summary>
    public static byte[] Of(byte[] whole, Action<Dictionary<string, string>, List<NamedArray>> change, bool sign = true)
    {
        var (texts, arrays) = SafeTensors.Read(new MemoryStream(whole));
        change(texts, arrays);
        if (sign)
        {
            texts["sha256"] = ModelFile.Checksum(texts, arrays);
        }

        using var file = new MemoryStream();
        SafeTensors.Write(file, texts, arrays);
        return file.ToArray();
    }
}
