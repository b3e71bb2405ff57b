using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Tests.Support.PublishedFiles;

/// <summary>A file as Python's torch.save writes it, put together by hand.</summary>
internal sealed class TorchFile
{
    private readonly List<byte> pickle = [0x80, 2]; // PROTO 2
    private readonly List<(string Name, byte[] Bytes)> entries = [];

    /// <summary>How the entries are compressed; torch.save does not.</summary>
    public CompressionLevel Compression { get; init; } = CompressionLevel.NoCompression;

    /// <summary>A state_dict of the arrays, perhaps within dictionaries under the given names.</summary>
    public static byte[] Of(IEnumerable<NamedArray> arrays, params string[] wrappers) => StateDict(arrays, wrappers).Archive();

    /// <summary>The pickle alone of a state_dict of the arrays.</summary>
    public static byte[] PickleOf(IEnumerable<NamedArray> arrays) => [.. StateDict(arrays).pickle, (byte)'.'];

    /// <summary>A file of a pickle and the storages of the arrays.</summary>
    public static byte[] WithPickle(byte[] pickle, IEnumerable<NamedArray> arrays)
    {
        var file = new TorchFile();
        file.pickle.Clear();
        file.pickle.AddRange(pickle);
        foreach (var (number, array) in arrays.Index())
        {
            file.With($"data/{number}", array.Bytes);
        }

        return file.Archive();
    }

    /// <summary>Operations, one per character.</summary>
    public TorchFile Raw(string operations)
    {
        pickle.AddRange(Encoding.Latin1.GetBytes(operations));
        return this;
    }

    public TorchFile Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        pickle.AddRange([(byte)'X', .. length, .. bytes]);
        return this;
    }

    public TorchFile Integer(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        pickle.AddRange([0x8a, 8, .. bytes]);
        return this;
    }

    public TorchFile Global(string module, string name) => Raw($"c{module}\n{name}\n");

    /// <summary>A tensor with a storage of its own; by default the storage is as long as its bytes, and the numbers lie in order.</summary>
    public TorchFile Tensor(string type, byte[] storage, long[] shape, long[]? strides = null, long offset = 0, long? count = null)
    {
        var size = type switch
        {
            "DoubleStorage" or "LongStorage" => 8,
            "HalfStorage" or "BFloat16Storage" => 2,
            _ => 4,
        };
        var key = $"{entries.Count}";
        entries.Add(($"data/{key}", storage));
        Global("torch._utils", "_rebuild_tensor_v2").Raw("((").Text("storage").Global("torch", type).Text(key).Text("cpu");
        Integer(count ?? storage.Length / size).Raw("tQ").Integer(offset).Sizes(shape).Sizes(strides ?? InOrder(shape));
        return Raw("\u0089").Global("collections", "OrderedDict").Raw(")RtR");
    }

    /// <summary>Another entry of the archive.</summary>
    public TorchFile With(string name, byte[] bytes)
    {
        entries.Add((name, bytes));
        return this;
    }

    public byte[] Archive()
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries.Prepend(("data.pkl", [.. pickle, (byte)'.'])))
            {
                using var entry = archive.CreateEntry($"weights/{name}", Compression).Open();
                entry.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    private static TorchFile StateDict(IEnumerable<NamedArray> arrays, params string[] wrappers)
    {
        var file = new TorchFile();
        foreach (var wrapper in wrappers)
        {
            file.Raw("}").Text("epoch").Raw("K\u0007s").Text(wrapper); // {'epoch': 7, wrapper: …
        }

        file.Global("collections", "OrderedDict").Raw(")R("); // OrderedDict(), and a mark
        foreach (var array in arrays)
        {
            file.Text(array.Name).Tensor(array.Type == "I64" ? "LongStorage" : "FloatStorage", array.Bytes, array.Shape);
        }

        file.Raw("u}").Text("_metadata").Raw("}sb"); // SETITEMS, and an attribute as torch sets it
        foreach (var _ in wrappers)
        {
            file.Raw("s");
        }

        return file;
    }

    private TorchFile Sizes(long[] sizes)
    {
        Raw("(");
        Array.ForEach(sizes, size => Integer(size));
        return Raw("t");
    }

    private static long[] InOrder(long[] shape) =>
        [.. shape.Select((_, axis) => shape[(axis + 1)..].Aggregate(1L, (product, size) => product * size))];
}
