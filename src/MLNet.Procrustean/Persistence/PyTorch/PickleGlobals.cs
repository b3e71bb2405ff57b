namespace MLNet.Procrustean.Persistence.PyTorch;

/// <summary>
/// The few classes and functions that the pickle of a state_dict names, and what each of them makes of its arguments here.
/// </summary>
internal static class PickleGlobals
{
    private static readonly Dictionary<string, string> StorageTypes = new()
    {
        ["torch.FloatStorage"] = "F32",
        ["torch.DoubleStorage"] = "F64",
        ["torch.HalfStorage"] = "F16",
        ["torch.BFloat16Storage"] = "BF16",
        ["torch.LongStorage"] = "I64",
        ["torch.IntStorage"] = "I32",
        ["torch.ShortStorage"] = "I16",
        ["torch.CharStorage"] = "I8",
        ["torch.ByteStorage"] = "U8",
        ["torch.BoolStorage"] = "BOOL",
    };

    private static readonly Dictionary<string, Func<object?[], object?>> Functions = new()
    {
        ["collections.OrderedDict"] = OrderedDict,
        ["torch.Size"] = arguments => arguments is [PickleTuple sizes] ? sizes : null,
        ["torch._utils._rebuild_tensor_v2"] = Tensor,
        ["torch._utils._rebuild_parameter"] = arguments => arguments is [PickleTensor tensor, ..] ? tensor : null,
    };

    /// <exception cref="InvalidDataException">The pickle names something else.</exception>
    public static PickleGlobal Known(PickleGlobal global) =>
        Functions.ContainsKey($"{global}") || StorageTypes.ContainsKey($"{global}")
            ? global
            : throw new InvalidDataException(
                $"The file wants '{Short($"{global}")}' to be called when it is loaded, which is refused: only tensors, dictionaries, "
                    + "lists, texts and numbers are read. Save the weights alone in Python: torch.save(model.state_dict(), path)."
            );

    /// <summary>What a call of a known function gives.</summary>
    /// <exception cref="InvalidDataException">The arguments are not those of the function.</exception>
    public static object Call(object? function, object? arguments) =>
        function is PickleGlobal global
        && Functions.TryGetValue($"{global}", out var known)
        && arguments is PickleTuple { Items: var items }
        && known(items) is { } value
            ? value
            : throw new InvalidDataException(
                $"The file is damaged: its pickle calls '{Short($"{function}")}' in a way that is unknown. Save it again in Python."
            );

    /// <summary>What the file's own reference to a storage stands for: ('storage', class, key, device, count).</summary>
    /// <exception cref="InvalidDataException">It is not such a reference.</exception>
    public static PickleStorage Storage(object? reference) =>
        reference is PickleTuple { Items: ["storage", PickleGlobal global, string key, string, long count] }
        && StorageTypes.TryGetValue($"{global}", out var type)
            ? new(type, key, count)
            : throw new InvalidDataException(
                "The file is damaged: its pickle refers to something that is no storage. Save it again in Python."
            );

    private static PickleDict? OrderedDict(object?[] arguments)
    {
        var dict = new PickleDict();
        if (arguments is [List<object?> pairs])
        {
            foreach (var pair in pairs)
            {
                if (pair is not PickleTuple { Items: [var key, var value] })
                {
                    return null;
                }

                dict.Set(key, value);
            }
        }

        return arguments is [] or [List<object?>] ? dict : null;
    }

    // (storage, offset, size, stride, requires_grad, hooks, …)
    private static PickleTensor? Tensor(object?[] arguments) =>
        arguments is [PickleStorage storage, long offset, PickleTuple shape, PickleTuple strides, ..]
        && Array.TrueForAll(shape.Items, item => item is long)
        && Array.TrueForAll(strides.Items, item => item is long)
            ? new(storage, offset, [.. shape.Items.Cast<long>()], [.. strides.Items.Cast<long>()])
            : null;

    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
