using System.IO.Compression;
using MLNet.Procrustean.Persistence;
using MLNet.Procrustean.Persistence.PyTorch;
using MLNet.Procrustean.Tests.Support.PublishedFiles;

namespace MLNet.Procrustean.Tests.Persistence.PyTorch;

public sealed class PyTorchFileTests
{
    private static readonly NamedArray Weight = new("a", "F32", [2, 3], RandomWeights.Bytes([1, 2, 3, 4, 5, 6]));

    [TestCase("")]
    [TestCase("state_dict")]
    [TestCase("model_state_dict")]
    [TestCase("model")]
    [TestCase("model/state_dict")]
    public void Read_StateDict_IsFoundInWhatHoldsIt(string wrappers)
    {
        NamedArray[] arrays = [Weight, new("count", "I64", [], [7, 0, 0, 0, 0, 0, 0, 0]), new("empty", "F32", [0, 2], [])];

        var found = PyTorchFile.Read(new MemoryStream(TorchFile.Of(arrays, wrappers.Split('/', StringSplitOptions.RemoveEmptyEntries))));

        Assert.That(found.Select(array => (array.Name, array.Type)), Is.EqualTo(arrays.Select(array => (array.Name, array.Type))));
        Assert.That(found.Select(array => array.Shape), Is.EqualTo(arrays.Select(array => array.Shape)));
        Assert.That(found.Select(array => array.Bytes), Is.EqualTo(arrays.Select(array => array.Bytes)));
    }

    [TestCase(2)]
    [TestCase(4)]
    public void Read_CheckpointThatPythonPickled_GivesItsStateDict(int protocol)
    {
        var pickle = protocol == 2 ? PythonPickles.Protocol2 : PythonPickles.Protocol4;
        NamedArray[] storages = [Weight, new("n", "I64", [], [7, 0, 0, 0, 0, 0, 0, 0])];

        var found = PyTorchFile.Read(new MemoryStream(TorchFile.WithPickle(pickle, storages)));

        Assert.That(found.Select(array => array.Name), Is.EqualTo(new[] { "a", "a_t", "n" }));
        Assert.That(found.Select(array => array.Shape), Is.EqualTo(new long[][] { [2, 3], [3, 2], [] }));
        Assert.That(RandomWeights.Numbers(found[0]), Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6 }));
        Assert.That(RandomWeights.Numbers(found[1]), Is.EqualTo(new float[] { 1, 4, 2, 5, 3, 6 }));
        Assert.That(found[2].Bytes, Is.EqualTo(storages[1].Bytes));
    }

    [TestCase("DoubleStorage", new byte[] { 0, 0, 0, 0, 0, 0, 0xf8, 0x3f }, 1.5f)]
    [TestCase("FloatStorage", new byte[] { 0, 0, 0xc0, 0x3f }, 1.5f)]
    [TestCase("HalfStorage", new byte[] { 0, 0x3e }, 1.5f)]
    [TestCase("BFloat16Storage", new byte[] { 0xc0, 0x3f }, 1.5f)]
    public void Read_FloatingPoint_BecomesSinglePrecision(string type, byte[] storage, float expected)
    {
        var found = Tensors(file => file.Tensor(type, storage, [1]));
        Assert.That(found.Single().Type, Is.EqualTo("F32"));
        Assert.That(RandomWeights.Numbers(found.Single()), Is.EqualTo(new[] { expected }));
    }

    // A transposed tensor, a part of a row, each second number, and numbers from a later place on.
    [TestCase(new long[] { 3, 2 }, new long[] { 1, 3 }, 0, new float[] { 1, 4, 2, 5, 3, 6 })]
    [TestCase(new long[] { 2, 2 }, new long[] { 3, 1 }, 1, new float[] { 2, 3, 5, 6 })]
    [TestCase(new long[] { 3 }, new long[] { 2 }, 0, new float[] { 1, 3, 5 })]
    [TestCase(new long[] { 1, 2 }, new long[] { 1000, 1 }, 4, new float[] { 5, 6 })]
    [TestCase(new long[0], new long[0], 5, new float[] { 6 })]
    public void Read_View_TakesItsNumbersByStrides(long[] shape, long[] strides, long offset, float[] expected)
    {
        var found = Tensors(file => file.Tensor("FloatStorage", Weight.Bytes, shape, strides, offset));
        Assert.That(found.Single().Shape, Is.EqualTo(shape));
        Assert.That(RandomWeights.Numbers(found.Single()), Is.EqualTo(expected));
    }

    [TestCase(new long[] { 7 }, new long[] { 1 }, 0, null)]
    [TestCase(new long[] { 6 }, new long[] { 1 }, 1, null)]
    [TestCase(new long[] { 2, 2 }, new long[] { 6, 1 }, 0, null)]
    [TestCase(new long[] { 6 }, new long[] { -1 }, 5, null)]
    [TestCase(new long[] { 6 }, new long[] { 1 }, -1, null)]
    [TestCase(new long[] { 2 }, new long[] { long.MaxValue }, 0, null)]
    [TestCase(new long[] { 1_000_000_000, 1_000 }, new long[] { 0, 0 }, 0, null)]
    [TestCase(new long[] { long.MaxValue, long.MaxValue }, new long[] { 1, 1 }, 0, null)]
    [TestCase(new long[] { -6 }, new long[] { 1 }, 0, null)]
    [TestCase(new long[] { 6 }, new long[] { 1, 1 }, 0, null)]
    [TestCase(new long[] { 6 }, new long[] { 1 }, 0, 7)]
    [TestCase(new long[] { 6 }, new long[] { 1 }, 0, long.MaxValue)]
    public void Read_TensorBeyondItsStorage_Refuses(long[] shape, long[] strides, long offset, long? count) =>
        Assert.That(
            () => Tensors(file => file.Tensor("FloatStorage", Weight.Bytes, shape, strides, offset, count)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("damaged")
        );

    [TestCase("posix", "system")]
    [TestCase("builtins", "eval")]
    [TestCase("torchvision.models.resnet", "ResNet")]
    [TestCase("torch", "FloatStorage2")]
    public void Read_AnythingToBeCalled_IsRefusedByName(string module, string name) =>
        Assert.That(
            () => PyTorchFile.Read(new MemoryStream(new TorchFile().Global(module, name).Text("ls").Raw("\u0085R").Archive())),
            Throws
                .TypeOf<InvalidDataException>()
                .With.Message.Contains($"'{module}.{name}'")
                .And.Message.Contains("torch.save(model.state_dict(), path)")
        );

    [TestCase("", "a value that is not there")]
    [TestCase("K\u0001", "no dictionary of weights")]
    [TestCase("}", "0 named tensors")]
    [TestCase("h\u0009", "refers to its value 9")]
    [TestCase("t", "ends a collection")]
    [TestCase("(K\u0001K\u0001a", "no list")]
    [TestCase("(K", "cut short")] // the operation that ends it is read as a number
    [TestCase("K\u0001s", "a value that is not there")]
    [TestCase("N)\u0081", "operation 0x81")]
    [TestCase("NQ", "no storage")]
    [TestCase("N)R", "in a way that is unknown")]
    [TestCase("\u008a\u0009123456789", "integer of 9 bytes")]
    [TestCase("X\u00ff\u00ff\u00ff\u00ff", "cut short")]
    public void Read_PickleOfSomethingElse_SaysWhatIsWrong(string operations, string part) =>
        Assert.That(
            () => PyTorchFile.Read(new MemoryStream(new TorchFile().Raw(operations).Archive())),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(part)
        );

    [Test]
    public void Read_OtherByteOrder_Refuses() =>
        Assert.That(
            () => Tensors(file => file.Tensor("FloatStorage", Weight.Bytes, [6]).With("byteorder", "big"u8.ToArray())),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("byte order")
        );

    [Test]
    public void Read_CompressedEntries_GivesThemBack()
    {
        var file = new TorchFile { Compression = CompressionLevel.Optimal }
            .Raw("}")
            .Text("a");
        var found = PyTorchFile.Read(new MemoryStream(file.Tensor("FloatStorage", Weight.Bytes, [6]).Raw("s").Archive()));
        Assert.That(found.Single().Bytes, Is.EqualTo(Weight.Bytes));
    }

    [Test]
    public void Read_Bomb_TakesNoSuchMemory()
    {
        var zeros = new byte[100 << 20];
        var file = new TorchFile { Compression = CompressionLevel.Optimal }
            .Raw("}")
            .Text("a")
            .Tensor("FloatStorage", zeros, [zeros.Length / 4]);
        var bomb = file.Raw("s").Archive();
        Assert.That(bomb, Has.Length.LessThan(1 << 20));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.That(() => PyTorchFile.Read(new MemoryStream(bomb)), Throws.TypeOf<InvalidDataException>().With.Message.Contains("claim"));

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void Read_ManyTensorsOfOneStorage_TakesNoSuchMemory()
    {
        var file = new TorchFile().Raw("}").Text("a").Tensor("FloatStorage", new byte[1 << 20], [1 << 18]).Raw("q\u0001s");
        for (var i = 0; i < 100; i++)
        {
            file.Text($"b{i}").Raw("h\u0001s");
        }

        Assert.That(
            () => PyTorchFile.Read(new MemoryStream(file.Archive())),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("does not fit")
        );
    }

    private static List<NamedArray> Tensors(Action<TorchFile> add)
    {
        var file = new TorchFile().Raw("}").Text("a");
        add(file);
        return PyTorchFile.Read(new MemoryStream(file.Raw("s").Archive()));
    }
}
