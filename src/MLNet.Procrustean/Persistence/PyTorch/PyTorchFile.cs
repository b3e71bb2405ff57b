namespace MLNet.Procrustean.Persistence.PyTorch;

/// <summary>Reads the named tensors that Python's torch.save wrote, without trust in the file and without Python.</summary>
/// <remarks>
/// The file is a zip archive: a pickle (<c>data.pkl</c>) describes the tensors, and the numbers of each storage are an entry
/// <c>data/N</c>.
/// </remarks>
internal sealed class PyTorchFile
{
    private const int LargestPickle = 16 << 20;
    private const int MostArrays = 10_000;
    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model"];

    private readonly ZipEntries entries;
    private readonly Dictionary<string, byte[]> storages = []; // by key
    private long bytesLeft; // for arrays: tensors may share a storage, but not each take a copy of it

    private PyTorchFile(ZipEntries entries) => this.entries = entries;

    /// <summary>The tensors of the file, or of the state_dict that a checkpoint in it holds.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, of another format, or asks for anything but tensors and plain values.
    /// </exception>
    public static List<NamedArray> Read(Stream stream)
    {
        using var entries = ZipEntries.Open(stream, "data.pkl");
        return new PyTorchFile(entries).Arrays();
    }

    private List<NamedArray> Arrays()
    {
        if (entries.Find("byteorder") && !entries.Read("byteorder", 16).AsSpan().SequenceEqual("little"u8))
        {
            throw new InvalidDataException("The file was written in the byte order 'big'; save it again on a machine with 'little'.");
        }

        bytesLeft = 2 * entries.TotalLength;
        var state = Unwrapped(Unpickler.Read(entries.Read("data.pkl", LargestPickle)));
        var tensors = state.Where(pair => pair.Value is PickleTensor).ToList();
        return tensors.Count is > 0 and <= MostArrays
            ? tensors.ConvertAll(pair => ArrayOf(pair.Key, (PickleTensor)pair.Value!))
            : throw new InvalidDataException(
                $"The file has {tensors.Count} named tensors, and must have from 1 to {MostArrays}. "
                    + "Save the weights in Python: torch.save(model.state_dict(), path)."
            );
    }

    private static PickleDict Unwrapped(object? value)
    {
        for (var depth = 0; value is PickleDict outer && depth < Wrappers.Length; depth++)
        {
            var inner = Wrappers.Select(name => outer.GetValueOrDefault(name)).OfType<PickleDict>().FirstOrDefault();
            if (inner is null)
            {
                break;
            }

            value = inner;
        }

        return value as PickleDict
            ?? throw new InvalidDataException(
                "The file holds no dictionary of weights. Save it in Python: torch.save(model.state_dict(), path)."
            );
    }

    private NamedArray ArrayOf(string name, PickleTensor tensor)
    {
        var length = WeightTypes.BytesOf(tensor.Storage.Type, tensor.Shape, name);
        var size = WeightTypes.BytesOf(tensor.Storage.Type);
        var bytes = StorageOf(tensor.Storage, size);
        bytesLeft -= length;
        if (!Fits(tensor, bytes.Length / size, length / size) || bytesLeft < 0)
        {
            throw new InvalidDataException(
                $"The file is damaged: its tensor '{name}' [{string.Join(", ", tensor.Shape)}] at {tensor.Offset} with strides "
                    + $"[{string.Join(", ", tensor.Strides)}] does not fit its {bytes.Length / size} stored numbers. "
                    + "Save it again in Python."
            );
        }

        var values = new byte[length];
        CopyStrided(tensor, 0, bytes.AsMemory((int)tensor.Offset * size), values, size);
        return WeightTypes.Widened(new(name, tensor.Storage.Type, tensor.Shape, values));
    }

    // Also refuses a tensor that repeats numbers of its storage: it could claim any size.
    private static bool Fits(PickleTensor tensor, long stored, long count)
    {
        if (
            tensor.Strides.Length != tensor.Shape.Length
            || tensor.Shape.Length > 8
            || tensor.Offset < 0
            || tensor.Offset > stored
            || count > stored
            || Array.Exists(tensor.Strides, stride => stride < 0)
        )
        {
            return false;
        }

        var last = tensor
            .Shape.Zip(tensor.Strides)
            .Aggregate((Int128)tensor.Offset, (sum, axis) => sum + ((Int128)(axis.First - 1) * axis.Second));
        return count == 0 || last < stored;
    }

    // The axes from the given one on; the innermost one in one piece where its numbers lie side by side.
    private static int CopyStrided(PickleTensor tensor, int axis, ReadOnlyMemory<byte> from, Span<byte> to, int size)
    {
        if (to.IsEmpty)
        {
            return 0;
        }

        if (axis == tensor.Shape.Length)
        {
            from.Span[..size].CopyTo(to);
            return size;
        }

        var (count, stride) = ((int)tensor.Shape[axis], (int)tensor.Strides[axis] * size);
        if (axis == tensor.Shape.Length - 1 && stride == size)
        {
            from.Span[..(count * size)].CopyTo(to);
            return count * size;
        }

        var written = 0;
        for (var i = 0; i < count; i++)
        {
            written += CopyStrided(tensor, axis + 1, from[(i * stride)..], to[written..], size);
        }

        return written;
    }

    private byte[] StorageOf(PickleStorage storage, int size)
    {
        if (!storages.TryGetValue(storage.Key, out var bytes))
        {
            bytes = storages[storage.Key] = entries.Read($"data/{storage.Key}", Array.MaxLength);
        }

        return bytes.Length == (Int128)storage.Count * size
            ? bytes
            : throw new InvalidDataException(
                $"The file is damaged: its entry 'data/{storage.Key}' has {bytes.Length} bytes, and {storage.Count} numbers of type "
                    + $"{storage.Type} should be there. Copy the file again."
            );
    }
}
