using Google.Protobuf;
using MLNet.Procrustean.Networks.Pretrained;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Tests.Support;
using MLNet.Procrustean.Tests.Support.Fuzzing;
using MLNet.Procrustean.Tests.Support.PublishedFiles;

namespace MLNet.Procrustean.Tests.Networks.Pretrained;

/// <summary>Files of published weights damaged at random.</summary>
public sealed class PublishedFileFuzzTests
{
    private const string Read = "read";
    private const string Refused = "refused";
    private const long Allowance = 4 << 20;
    private static readonly CifarResNet Small = new() { Depth = 8, Width = 4 };

    [TestCase(".pth", 1_000, 1)]
    [TestCase("pickle", 1_000, 1)]
    [TestCase(".safetensors", 1_000, 1)]
    [TestCase(".onnx", 1_000, 1)]
    [Category(FaultsTried.Category)]
    public void Read_MutatedFile_ReadsOrRefuses(string kind, int inputs, int seed) => Fuzz(kind, inputs, seed);

    [TestCase(".pth", 50_000, 2)]
    [TestCase("pickle", 50_000, 2)]
    [TestCase(".safetensors", 50_000, 2)]
    [TestCase(".onnx", 50_000, 2)]
    [Category(FaultsTried.LongCategory)]
    [Explicit("Minutes: run it after a change to how published weights are read.")]
    public void Read_MutatedFileOfMany_ReadsOrRefuses(string kind, int inputs, int seed) => Fuzz(kind, inputs, seed);

    private static void Fuzz(string kind, int inputs, int seed)
    {
        var whole = kind switch
        {
            ".pth" => TorchFile.Of(Arrays()),
            "pickle" => TorchFile.PickleOf(Arrays()), // of which a file is made after the mutation
            ".safetensors" => SafeTensorsFile(),
            _ => OnnxExport.Of(RandomWeights.OfTinyResNet()).ToByteArray(),
        };
        var storages = Arrays();
        string ReadOrRefuse(byte[] file) =>
            Outcome(() =>
                kind switch
                {
                    ".onnx" => OnnxResNet.Of(OnnxFile.Read(new MemoryStream(file))),
                    "pickle" => PublishedWeights.Read(new MemoryStream(TorchFile.WithPickle(file, storages))),
                    _ => PublishedWeights.Read(new MemoryStream(file)),
                }
            );
        Assert.That(ReadOrRefuse(whole), Is.EqualTo(Read));
        var bombardment = new Bombardment(seed);

        bombardment.Run(inputs, random => ByteMutations.Of(whole, whole, random), ReadOrRefuse, file => Allowance + (30 * file.LongLength));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(bombardment.Of(Read), Is.GreaterThan(0), "some changes do no harm");
            Assert.That(bombardment.Of(Refused), Is.GreaterThan(inputs / 3));
        }

        FaultsTried.Record(
            "Published weights",
            "bytes, lengths and parts of .pth, .safetensors and .onnx files changed at random",
            inputs,
            "refused with an InvalidDataException, or read; no crash, no hang, memory in proportion to the file"
        );
    }

    private static string Outcome(Func<object> read)
    {
        try
        {
            read();
            return Read;
        }
        catch (InvalidDataException)
        {
            return Refused;
        }
    }

    private static List<NamedArray> Arrays() =>
        RandomWeights.Of(Small).ConvertAll(array => array with { Name = array.Name.Replace("stem.", "", StringComparison.Ordinal) });

    private static byte[] SafeTensorsFile()
    {
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, new Dictionary<string, string>(), Arrays());
        return stream.ToArray();
    }
}
