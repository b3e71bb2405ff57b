using System.Buffers.Binary;
using System.Text;

namespace MLNet.Procrustean.Persistence.PyTorch;

/// <summary>
/// Reads a pickle without trust: a pickle is a program, and may ask Python to call any function. Here it can only make tensors, dicts,
/// lists, tuples, texts, numbers, true, false and none, in memory in proportion to its length.
/// </summary>
/// <remarks>
/// The operations of the format are described beside Python's own implementation, in the module pickletools. Those of protocol 0, which
/// are texts, and those that make other objects are refused.
/// </remarks>
internal sealed class Unpickler
{
    private const int MostOperations = 1 << 20; // the pickle of a ResNet-50 with the state of its optimizer has some ten thousand
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly byte[] pickle;
    private readonly List<object?> stack = [];
    private readonly Stack<int> marks = [];
    private readonly Dictionary<uint, object?> memo = [];
    private int position;

    private Unpickler(byte[] pickle) => this.pickle = pickle;

    /// <summary>The value: a <see cref="PickleDict"/>, a list of objects, a text or the like.</summary>
    /// <exception cref="InvalidDataException">The pickle is damaged, or asks for something else.</exception>
    public static object? Read(byte[] pickle)
    {
        try
        {
            return new Unpickler(pickle).Run();
        }
        catch (Exception problem) when (problem is DecoderFallbackException or ArgumentOutOfRangeException)
        {
            throw Damaged("a text or a number is cut short", problem);
        }
    }

    private object? Run()
    {
        for (var done = 0; done < MostOperations; done++)
        {
            var operation = (char)Take(1)[0];
            if (operation == '.') // STOP
            {
                return Pop();
            }

            if (!Literal(operation) && !Remembered(operation) && !Collected(operation) && !Called(operation))
            {
                throw Damaged($"it has the operation 0x{(int)operation:x2}, which no file of weights needs");
            }
        }

        throw Damaged($"it has more than {MostOperations} operations");
    }

    // Each opcode with its name in pickletools.
    private bool Literal(char operation)
    {
        switch (operation)
        {
            case '\x80': // PROTO
                Take(1);
                return true;
            case '\x95': // FRAME
                Take(8);
                return true;
        }

        object? value = operation switch
        {
            'N' => null, // NONE
            '\x88' => true, // NEWTRUE
            '\x89' => false, // NEWFALSE
            'K' => (long)Take(1)[0], // BININT1
            'M' => (long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)), // BININT2
            'J' => (long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)), // BININT
            '\x8a' => Long(Take(1)[0]), // LONG1
            'G' => BinaryPrimitives.ReadDoubleBigEndian(Take(8)), // BINFLOAT
            'X' => Text(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))), // BINUNICODE
            '\x8c' => Text(Take(1)[0]), // SHORT_BINUNICODE
            'U' => Text(Take(1)[0]), // SHORT_BINSTRING
            '}' => new PickleDict(), // EMPTY_DICT
            ']' => new List<object?>(), // EMPTY_LIST
            ')' => new PickleTuple([]), // EMPTY_TUPLE
            'c' => Global(Line(), Line()), // GLOBAL
            _ => this, // not a literal
        };
        if (ReferenceEquals(value, this))
        {
            return false;
        }

        stack.Add(value);
        return true;
    }

    private bool Remembered(char operation)
    {
        switch (operation)
        {
            case 'q': // BINPUT
                memo[Take(1)[0]] = Top;
                break;
            case 'r': // LONG_BINPUT
                memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Top;
                break;
            case '\x94': // MEMOIZE
                memo[(uint)memo.Count] = Top;
                break;
            case 'h': // BINGET
                stack.Add(Recalled(Take(1)[0]));
                break;
            case 'j': // LONG_BINGET
                stack.Add(Recalled(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))));
                break;
            default:
                return false;
        }

        return true;
    }

    private bool Collected(char operation)
    {
        switch (operation)
        {
            case '(': // MARK
                marks.Push(stack.Count);
                break;
            case 't': // TUPLE
                stack.Add(new PickleTuple(PopToMark()));
                break;
            case '\x85' or '\x86' or '\x87': // TUPLE1, TUPLE2, TUPLE3
                stack.Add(new PickleTuple(Pop(operation - '\x84')));
                break;
            case 'a': // APPEND
                Append([Pop()]);
                break;
            case 'e': // APPENDS
                Append(PopToMark());
                break;
            case 's': // SETITEM
                Set(Pop(2));
                break;
            case 'u': // SETITEMS
                Set(PopToMark());
                break;
            default:
                return false;
        }

        return true;
    }

    private bool Called(char operation)
    {
        switch (operation)
        {
            case '\x93' when Pop(2) is [string module, string name]: // STACK_GLOBAL
                stack.Add(Global(module, name));
                return true;
            case 'R' when Pop(2) is [var function, var arguments]: // REDUCE
                stack.Add(PickleGlobals.Call(function, arguments));
                return true;
            case 'Q': // BINPERSID
                stack.Add(PickleGlobals.Storage(Pop()));
                return true;
            case 'b' when Pop() is PickleDict && Top is PickleDict: // BUILD: attributes of a state_dict, such as _metadata, are dropped
                return true;
            default:
                return false;
        }
    }

    private static PickleGlobal Global(string module, string name) => PickleGlobals.Known(new(module, name));

    private object? Recalled(uint number) =>
        memo.TryGetValue(number, out var value) ? value : throw Damaged($"it refers to its value {number} before it is there");

    private void Append(object?[] items)
    {
        if (Top is not List<object?> list)
        {
            throw Damaged("it appends to what is no list");
        }

        list.AddRange(items);
    }

    private void Set(object?[] pairs)
    {
        if (Top is not PickleDict dict || pairs.Length % 2 != 0)
        {
            throw Damaged("it sets items of what is no dict");
        }

        for (var i = 0; i < pairs.Length; i += 2)
        {
            dict.Set(pairs[i], pairs[i + 1]);
        }
    }

    private object? Top => stack.Count > Bottom ? stack[^1] : throw Damaged("it takes a value that is not there");

    // What lies below the last mark is not reached.
    private int Bottom => marks.TryPeek(out var mark) ? mark : 0;

    private object? Pop() => Pop(1)[0];

    private object?[] Pop(int count)
    {
        if (stack.Count - count < Bottom)
        {
            throw Damaged("it takes a value that is not there");
        }

        object?[] items = [.. stack[^count..]];
        stack.RemoveRange(stack.Count - count, count);
        return items;
    }

    private object?[] PopToMark()
    {
        var items = marks.Count > 0 ? Pop(stack.Count - Bottom) : throw Damaged("it ends a collection that has not begun");
        marks.Pop();
        return items;
    }

    private long Long(int length)
    {
        if (length > sizeof(long))
        {
            throw Damaged($"it has an integer of {length} bytes");
        }

        long value = 0;
        var bytes = Take(length);
        for (var i = length - 1; i >= 0; i--)
        {
            value = (value << 8) | (i == length - 1 ? (sbyte)bytes[i] : bytes[i]);
        }

        return value;
    }

    private string Text(uint length) => Utf8.GetString(Take(length));

    private string Line()
    {
        var length = pickle.AsSpan(position).IndexOf((byte)'\n');
        var line = Text(length >= 0 ? (uint)length : throw Damaged("a name is cut short"));
        position++;
        return line;
    }

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count > pickle.Length - position)
        {
            throw Damaged("it is cut short");
        }

        position += (int)count;
        return pickle.AsSpan(position - (int)count, (int)count);
    }

    private static InvalidDataException Damaged(string what, Exception? problem = null) =>
        new(
            $"The file is damaged or of another kind: its pickle cannot be read, since {what}. Copy it again, or save it again in Python.",
            problem
        );
}
