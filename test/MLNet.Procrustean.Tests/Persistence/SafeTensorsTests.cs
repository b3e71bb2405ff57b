using System.Buffers.Binary;
using System.Text;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Tests.Persistence;

public sealed class SafeTensorsTests
{
    [Test]
    public void Write_TwoArrays_LaysThemOutAsTheFormatSays()
    {
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, new Dictionary<string, string> { ["made_by"] = "hand" }, [new("a", "F32", [2, 1], [0, 0, 128, 63, 0, 0, 0, 64]), new("b", "I64", [1], [7, 0, 0, 0, 0, 0, 0, 0])]);

        const string header = """{"__metadata__":{"made_by":"hand"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}""";
        var padded = header.PadRight((header.Length + 7) / 8 * 8);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, padded.Length);
        byte[] expected = [.. length, .. Encoding.UTF8.GetBytes(padded), 0, 0, 128, 63, 0, 0, 0, 64, 7, 0, 0, 0, 0, 0, 0, 0];
        Assert.That(stream.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void Read_OfWhatWasWritten_GivesItBack()
    {
        var metadata = new Dictionary<string, string> { ["name"] = "Käfer \"7\"", ["empty"] = "" };
        NamedArray[] arrays = [new("z", "F32", [1, 2], [1, 2, 3, 4, 5, 6, 7, 8]), new("a", "I64", [], [9, 0, 0, 0, 0, 0, 0, 0]), new("none", "F32", [0, 3], [])];
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, metadata, arrays);
        stream.Position = 0;

        var (texts, found) = SafeTensors.Read(stream);

        Assert.That(texts, Is.EquivalentTo(metadata));
        Assert.That(found.Select(array => (array.Name, array.Type)), Is.EqualTo(arrays.Select(array => (array.Name, array.Type))));
        Assert.That(found.Select(array => array.Shape), Is.EqualTo(arrays.Select(array => array.Shape)));
        Assert.That(found.Select(array => array.Bytes), Is.EqualTo(arrays.Select(array => array.Bytes)));
    }

    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "'a' F32 [3]")]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "bytes 4 to 12")]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "bytes 8 to 0")]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "cannot be read")]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", "cannot be read")]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}""", "'F16'")]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "cannot be read")]
    [TestCase("""{"__metadata__":{},"a":7}""", "cannot be read")]
    [TestCase("""{"__metadata__":{"x":7}}""", "cannot be read")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "cannot be read")]
    [TestCase("""{"__metadata__":{},"a":1,"a":2}""", "cannot be read")]
    [TestCase("""[1, 2]""", "cannot be read")]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "12 bytes, and 8 are left")]
    public void Read_HeaderThatDoesNotFit_SaysWhatIsWrong(string header, string part)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        using var stream = new MemoryStream([.. length, .. Encoding.UTF8.GetBytes(header), 1, 2, 3, 4, 5, 6, 7, 8]);

        Assert.That(() => SafeTensors.Read(stream), Throws.TypeOf<InvalidDataException>().With.Message.Contains(part));
    }
}
