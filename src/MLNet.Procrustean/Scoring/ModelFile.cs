using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MLNet.Procrustean.Networks;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Scoring;

/// <summary>A model as one safetensors file: the weights, and as texts everything else that scoring needs, with a checksum.</summary>
/// <remarks>
/// The checksum detects accidents, not forgeries: whoever writes a file can write its checksum too. A file is therefore not trusted. It is
/// data only, and nothing in it is ever run; what its header claims is checked before a weight is read, and its weights before a network is
/// built; and reading takes memory in proportion to the size of the file. Weights with three values in each output channel are packed
/// (<see cref="TernaryCodes"/>): a file with such weights has format version 2, and any other one version 1.
/// </remarks>
internal static class ModelFile
{
    /// <summary>The name of the file within an ML.NET model.</summary>
    public const string EntryName = "model.safetensors";

    private const string Format = "MLNet.Procrustean image classifier";
    private const int Version = 2;
    private const int VersionWithoutPackedWeights = 1;

    public static void Write(Stream stream, ModelContents contents)
    {
        var texts = contents.Texts.ToTexts();
        var words = texts.Count;
        var arrays = TernaryCodes.Pack(contents.Weights, texts);
        var version = texts.Count > words ? Version : VersionWithoutPackedWeights;
        texts["format"] = Format;
        texts["format_version"] = version.ToString(CultureInfo.InvariantCulture);
        texts["sha256"] = Checksum(texts, arrays);
        SafeTensors.Write(stream, texts, arrays);
    }

    /// <exception cref="InvalidDataException">
    /// The file is cut short, damaged, of another kind or of a later version; the message says which.
    /// </exception>
    public static ModelContents Read(Stream stream)
    {
        var header = SafeTensors.ReadHeader(stream);
        string Word(string name) => ModelTexts.Word(header.Texts, name);
        if (Word("format") != Format)
        {
            throw new InvalidDataException($"The file is of another kind: its format is '{Word("format")}', not '{Format}'.");
        }

        if (!int.TryParse(Word("format_version"), NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version > Version)
        {
            throw new InvalidDataException(
                $"The model has format version {Word("format_version")}, and this library reads versions up to {Version}; "
                    + "update MLNet.Procrustean."
            );
        }

        var texts = ModelTexts.Read(header.Texts, ModelContents.ClassesOf(header));
        var arrays = SafeTensors.ReadArrays(stream, header);
        if (Word("sha256") != Checksum(header.Texts, arrays))
        {
            throw new InvalidDataException("The model is damaged: its checksum does not match its contents. Copy the file again.");
        }

        var weights = TernaryCodes.Unpack(header.Texts, arrays);
        weights.ForEach(CheckValues);
        return new(texts, weights);
    }

    private static void CheckValues(NamedArray array)
    {
        if (NetworkWeights.ImpossibleValue(array) is { } value)
        {
            throw new InvalidDataException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The model is damaged: its weight '{array.Name}' has the value {value}. Train the model again."
                )
            );
        }
    }

    // Over every text but itself and every weight, with lengths between so that no two models share a sequence of bytes.
    internal static string Checksum(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<NamedArray> arrays)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes($"{text.Length}:{text};"));
        foreach (var (name, text) in metadata.Where(pair => pair.Key != "sha256").OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Add(name);
            Add(text);
        }

        foreach (var array in arrays)
        {
            Add($"{array.Name} {array.Type} [{string.Join(", ", array.Shape)}]");
            hash.AppendData(array.Bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
