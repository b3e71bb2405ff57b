using System.Runtime.InteropServices;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Tests.Persistence;

public sealed class TernaryCodesTests
{
    [Test]
    public void Pack_TernaryWeight_LaysCodesScalesAndShapeOutAsDocumented()
    {
        var texts = new Dictionary<string, string>();
        var arrays = TernaryCodes.Pack([Array("w", [2, 5, 1], 0.5f, -0.5f, 0, 0.5f, -0.5f, 0, 0, 0, 0, 0), Array("b", [2], 3, 4)], texts);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(texts, Is.EquivalentTo(new Dictionary<string, string> { ["ternary.w"] = "[2,5,1]" }));
            Assert.That(arrays.Select(array => array.Name), Is.EqualTo(new[] { "w.scale", "b", "w" }), "codes are last");
            Assert.That(arrays[0].Bytes, Is.EqualTo(MemoryMarshal.AsBytes([0.5f, 0f]).ToArray()));
            Assert.That((arrays[2].Type, arrays[2].Shape), Is.EqualTo(("U8", new long[] { 2, 2 })));
            // 1, 2, 0, 1 from the lowest bits on; then 2
            Assert.That(arrays[2].Bytes, Is.EqualTo(new byte[] { 0b01_00_10_01, 0b10, 0, 0 }));
        }
    }

    [TestCase(3, 2)]
    [TestCase(4, 4)]
    [TestCase(1, 7)]
    [TestCase(5, 9, 3, 3)]
    public void Unpack_OfPacked_GivesTheSameBits(params int[] shape)
    {
        var random = new Random(shape[1]);
        var perChannel = shape.Skip(1).Aggregate(1, (product, size) => product * size);
        var values = new float[shape[0] * perChannel];
        for (var channel = 0; channel < shape[0]; channel++)
        {
            var scale = random.NextSingle();
            for (var i = 0; i < perChannel; i++)
            {
                values[(channel * perChannel) + i] = new[] { 0, scale, -scale }[random.Next(3)];
            }
        }

        NamedArray[] arrays = [Array("a", [1], 7), Array("w", [.. shape.Select(size => (long)size)], values), Array("z", [1], 8)];
        var texts = new Dictionary<string, string>();

        var packed = TernaryCodes.Pack(arrays, texts);
        var unpacked = TernaryCodes.Unpack(texts, packed);

        Assert.That(packed.Single(array => array.Name == "w").Type, Is.EqualTo("U8"));
        Assert.That(
            packed.Where(array => array.Name[0] == 'w').Sum(array => array.Bytes.Length),
            Is.EqualTo(TernaryCodes.PackedBytes(shape[0], perChannel))
        );
        AssertSame(unpacked, arrays);
    }

    [TestCase(new long[] { 1, 4 }, 1f, 2f, 1f, 1f)]
    [TestCase(new long[] { 1, 4 }, 1f, -0f, 1f, 1f)]
    [TestCase(new long[] { 1, 4 }, 1f, float.NaN, 1f, 1f)]
    [TestCase(new long[] { 1, 4 }, float.PositiveInfinity, float.PositiveInfinity, 0f, 0f)]
    [TestCase(new long[] { 2, 2 }, 1f, -1f, 1f, -1.0000001f)]
    [TestCase(new long[] { 4 }, 1f, 1f, 1f, 1f)]
    [TestCase(new long[] { 4, 1 }, 1f, 2f, 3f, 4f)]
    public void Pack_WeightThatIsNotTernary_LeavesIt(long[] shape, params float[] values)
    {
        var texts = new Dictionary<string, string>();
        var array = Array("w", shape, values);

        Assert.That(TernaryCodes.Pack([array], texts), Is.EqualTo(new[] { array }));
        Assert.That(texts, Is.Empty);
    }

    [TestCase("[2,5]", "has codes of [2, 2]", 3, 0b11)]
    [TestCase("[2,3,2]", "code 3", 2, 0b11)]
    [TestCase("[2,5]", "code 1", 1, 0b0101)] // behind the fifth
    [TestCase("[2,9]", "is not what a weight of [2, 9] has", 0, 0)]
    [TestCase("[3,5]", "is not what a weight of [3, 5] has", 0, 0)]
    [TestCase("[2]", "is not what a weight of [2] has", 0, 0)]
    [TestCase("[]", "is not what a weight of [] has", 0, 0)]
    [TestCase("[2,-5]", "is not what a weight of [2, -5] has", 0, 0)]
    [TestCase("[2,4294967296,4294967296]", "is not what a weight", 0, 0)]
    [TestCase("[2,5", "not a list of whole numbers", 0, 0)]
    [TestCase("null", "not a list of whole numbers", 0, 0)]
    [TestCase("[2,2.5]", "not a list of whole numbers", 0, 0)]
    [TestCase(null, "does not say of which shape", 0, 0)]
    public void Unpack_CodesThatDoNotFit_AreRefused(string? shape, string part, int place, byte code)
    {
        var columns = place == 3 ? 3 : 2; // one byte too many in a channel
        var codes = new byte[2 * columns];
        codes[place] = code;
        var texts = shape is null ? new Dictionary<string, string>() : new() { ["ternary.w"] = shape };
        NamedArray[] arrays = [Array("w.scale", [2], 1, 2), new("w", "U8", [2, columns], codes)];
        var message = place == 3 ? "has codes of [2, 3]" : part;

        Assert.That(() => TernaryCodes.Unpack(texts, arrays), Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
    }

    [TestCase(-1f)]
    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void Unpack_ScaleThatIsNotOne_IsRefused(float scale) => AssertRefused(Array("w.scale", [1], scale), "has the scale");

    [Test]
    public void Unpack_ScalesOfAnotherNumber_AreRefused() => AssertRefused(Array("w.scale", [2], 1, 1), "has scales of F32 [2]");

    [Test]
    public void Unpack_CodesWithoutScales_AreRefused() => AssertRefused(Array("other", [1], 1), "has no 'w.scale'");

    [Test]
    public void Unpack_FewBytesThatClaimGigabytes_TakesNoMemory()
    {
        var texts = new Dictionary<string, string> { ["ternary.w"] = "[1,536870911]" };
        NamedArray[] arrays = [Array("w.scale", [1], 1), new("w", "U8", [1, 1], new byte[1])];
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<InvalidDataException>(() => TernaryCodes.Unpack(texts, arrays));

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    private static void AssertRefused(NamedArray scales, string part) =>
        Assert.That(
            () => TernaryCodes.Unpack(new Dictionary<string, string> { ["ternary.w"] = "[1,4]" }, [scales, new("w", "U8", [1, 1], [1])]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(part)
        );

    private static void AssertSame(List<NamedArray> found, NamedArray[] expected)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Select(array => (array.Name, array.Type)), Is.EqualTo(expected.Select(array => (array.Name, array.Type))));
            Assert.That(found.Select(array => array.Shape), Is.EqualTo(expected.Select(array => array.Shape)));
            Assert.That(found.Select(array => array.Bytes), Is.EqualTo(expected.Select(array => array.Bytes)));
        }
    }

    private static NamedArray Array(string name, long[] shape, params float[] values) =>
        new(name, "F32", shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
}
