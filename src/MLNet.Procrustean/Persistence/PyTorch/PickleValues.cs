namespace MLNet.Procrustean.Persistence.PyTorch;

/// <summary>The name of a Python class or function in a pickle: known by name, never looked up or called.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>A tuple of a pickle.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>A dict or OrderedDict of a pickle. Entries whose keys are not texts are dropped: weights have names.</summary>
internal sealed class PickleDict : Dictionary<string, object?>
{
    public void Set(object? key, object? value)
    {
        if (key is string name)
        {
            this[name] = value;
        }
    }
}

/// <summary>A storage: numbers one after the other, in an entry of their own in the file.</summary>
/// <param name="Type">As <see cref="WeightTypes"/> names it.</param>
/// <param name="Key">The name of the entry.</param>
/// <param name="Count">How many numbers the pickle says it has.</param>
internal sealed record PickleStorage(string Type, string Key, long Count);

/// <summary>A tensor: a view of a storage. Nothing in it has been checked.</summary>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides);
