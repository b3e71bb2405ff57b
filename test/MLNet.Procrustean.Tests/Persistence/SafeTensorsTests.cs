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
        SafeTensors.Write(
            stream,
            new Dictionary<string, string> { ["made_by"] = "hand" },
            [new("a", "F32", [2, 1], [0, 0, 128, 63, 0, 0, 0, 64]), new("b", "I64", [1], [7, 0, 0, 0, 0, 0, 0, 0])]
        );

        const string header =
            """{"__metadata__":{"made_by":"hand"},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"b":"""
            + """{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}""";
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
        NamedArray[] arrays =
        [
            new("z", "F32", [1, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
            new("a", "I64", [], [9, 0, 0, 0, 0, 0, 0, 0]),
            new("none", "F32", [0, 3], []),
        ];
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
    [TestCase("""{"__metadata__":{},"__metadata__":{}}""", "twice")]
    [TestCase("""{"__metadata__":{"x":"1","x":"2"}}""", "'x' is there twice")]
    [TestCase(
        """{"__metadata__":{},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""",
        "'a' is there twice"
    )]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}""", "'shape'")]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"code":"run"}}""", "'code'")]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[2]}}""", "needs a dtype, a shape and two data_offsets")]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""", "more than 8 numbers")]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[[[2]]],"data_offsets":[0,8]}}""", "cannot be read")]
    [TestCase(
        """{"__metadata__":{},"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904,0],"data_offsets":[0,0]}}""",
        "cannot be read"
    )]
    [TestCase(
        """{"__metadata__":{},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775807]}}""",
        "bytes 0 to 9223372036854775807"
    )]
    [TestCase(
        """{"__metadata__":{},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""",
        "bytes 0 to 8"
    )]
    [TestCase("""{"__metadata__":{"x":"\ud800"}}""", "cannot be read")]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "continues after its last weight")]
    [TestCase("""{"__metadata__":{}} {}""", "cannot be read")]
    [TestCase("""{"__metadata__":{},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "12 bytes, and 8 are left")]
    public void Read_HeaderThatDoesNotFit_SaysWhatIsWrong(string header, string part)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        using var stream = new MemoryStream([.. length, .. Encoding.UTF8.GetBytes(header), 1, 2, 3, 4, 5, 6, 7, 8]);

        Assert.That(() => SafeTensors.Read(stream), Throws.TypeOf<InvalidDataException>().With.Message.Contains(part));
    }

    [Test]
    public void Read_HeaderNotInUtf8_SaysThatItCannotBeRead()
    {
        byte[] header = [.. "{\"__metadata__\":{\"x\":\""u8, 0xC3, 0x28, .. "\"}}"u8];
        using var stream = new MemoryStream([(byte)header.Length, 0, 0, 0, 0, 0, 0, 0, .. header]);
        Assert.That(() => SafeTensors.Read(stream), Throws.TypeOf<InvalidDataException>().With.Message.Contains("cannot be read"));
    }

    // The sizes in the header are only claims, and the length of the stream is unknown: memory is allocated as bytes are read.
    [TestCase(90_000_000, """{"__metadata__":{}}""")]
    [TestCase(0, """{"__metadata__":{},"a":{"dtype":"F32","shape":[500000000],"data_offsets":[0,2000000000]}}""")]
    [TestCase(0, """{"__metadata__":{},"a":{"dtype":"F32","shape":[5000000000000],"data_offsets":[0,20000000000000]}}""")]
    public void Read_MoreClaimedThanThere_TakesNoSuchMemory(int claimed, string header)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, Math.Max(claimed, header.Length));
        byte[] file = [.. length, .. Encoding.UTF8.GetBytes(header), .. new byte[1000]];
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.That(
            () => SafeTensors.Read(new MemoryStream(file)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("cut short")
        );

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(3 << 20));
    }

    [Test]
    public void Read_ArrayLongerThanOnePart_GivesAllOfIt()
    {
        var bytes = new byte[5 << 20];
        new Random(1).NextBytes(bytes);
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, new Dictionary<string, string>(), [new("a", "F32", [bytes.Length / 4], bytes)]);
        stream.Position = 0;
        Assert.That(SafeTensors.Read(stream).Arrays.Single().Bytes.AsSpan().SequenceEqual(bytes), Is.True);
    }

    [TestCase("F64", new byte[] { 0, 0, 0, 0, 0, 0, 0xf8, 0xbf }, "F32", new byte[] { 0, 0, 0xc0, 0xbf })]
    [TestCase("F16", new byte[] { 0, 0xbe }, "F32", new byte[] { 0, 0, 0xc0, 0xbf })]
    [TestCase("BF16", new byte[] { 0xc0, 0xbf }, "F32", new byte[] { 0, 0, 0xc0, 0xbf })]
    [TestCase("I32", new byte[] { 0xfe, 0xff, 0xff, 0xff }, "I64", new byte[] { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })]
    [TestCase("I16", new byte[] { 0xfe, 0xff }, "I64", new byte[] { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })]
    [TestCase("I8", new byte[] { 0xfe }, "I64", new byte[] { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff })]
    [TestCase("U8", new byte[] { 0xfe }, "I64", new byte[] { 0xfe, 0, 0, 0, 0, 0, 0, 0 })]
    public void ReadPublished_NoTextsAndAnotherType_Widens(string type, byte[] bytes, string wider, byte[] expected)
    {
        var header = $$$"""{"a":{"dtype":"{{{type}}}","shape":[1],"data_offsets":[0,{{{bytes.Length}}}]}}""";
        using var stream = new MemoryStream([(byte)header.Length, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(header), .. bytes]);

        var found = SafeTensors.ReadPublished(stream).Single();

        Assert.That((found.Name, found.Type), Is.EqualTo(("a", wider)));
        Assert.That(found.Bytes, Is.EqualTo(expected));
    }

    [Test]
    public void ReadPublished_QuantisedType_NamesIt()
    {
        var header = """{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""";
        using var stream = new MemoryStream([(byte)header.Length, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(header), 1]);
        Assert.That(
            () => SafeTensors.ReadPublished(stream),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("'F8_E4M3', which cannot be read; save it in single precision")
        );
    }
}
