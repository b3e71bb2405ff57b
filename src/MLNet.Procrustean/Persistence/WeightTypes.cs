using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MLNet.Procrustean.Persistence;

/// <summary>The types of numbers in files of published weights, by their names in safetensors.</summary>
internal static class WeightTypes
{
    /// <summary>The bytes of one number.</summary>
    /// <exception cref="InvalidDataException">The type is not one that this library reads.</exception>
    public static int BytesOf(string type) =>
        type switch
        {
            "F64" or "I64" => 8,
            "F32" or "I32" => 4,
            "F16" or "BF16" or "I16" => 2,
            "I8" or "U8" or "BOOL" => 1,
            _ => throw new InvalidDataException(
                $"The file has weights of type '{type}', which cannot be read; save it in single precision (F32)."
            ),
        };

    /// <summary>The bytes that an array of the type and shape takes.</summary>
    /// <exception cref="InvalidDataException">
    /// The type is not one that this library reads, a size is negative, or they are more than a long holds.
    /// </exception>
    public static long BytesOf(string type, IEnumerable<long> shape, string name)
    {
        try
        {
            return shape.Aggregate((long)BytesOf(type), (product, size) =>
                size >= 0 ? checked(product * size) : throw new OverflowException()
            );
        }
        catch (OverflowException problem)
        {
            throw new InvalidDataException(
                $"The file is damaged: its weight '{name}' has the shape [{string.Join(", ", shape)}]. Copy the file again.",
                problem
            );
        }
    }

    /// <summary>The array with floating-point numbers in single precision, and with integers of 64 bits.</summary>
    public static NamedArray Widened(NamedArray array) =>
        array.Type switch
        {
            "F32" or "I64" => array,
            "F64" => Singles(array, number => (float)BinaryPrimitives.ReadDoubleLittleEndian(number)),
            "F16" => Singles(array, number => (float)BinaryPrimitives.ReadHalfLittleEndian(number)),
            // the upper half of a single
            "BF16" => Singles(array, number =>
                BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(number) << 16)
            ),
            "I32" => Longs(array, number => BinaryPrimitives.ReadInt32LittleEndian(number)),
            "I16" => Longs(array, number => BinaryPrimitives.ReadInt16LittleEndian(number)),
            "I8" => Longs(array, number => (sbyte)number[0]),
            _ => Longs(array, number => number[0]), // U8 and BOOL
        };

    private delegate T Reading<T>(ReadOnlySpan<byte> number);

    private static NamedArray Singles(NamedArray array, Reading<float> read) => Each(array, "F32", read);

    private static NamedArray Longs(NamedArray array, Reading<long> read) => Each(array, "I64", read);

    private static NamedArray Each<T>(NamedArray array, string type, Reading<T> read)
        where T : struct
    {
        var size = BytesOf(array.Type);
        var bytes = new byte[(long)array.Bytes.Length / size * BytesOf(type)];
        var numbers = MemoryMarshal.Cast<byte, T>(bytes.AsSpan());
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = read(array.Bytes.AsSpan(i * size, size));
        }

        return array with
        {
            Type = type,
            Bytes = bytes,
        };
    }
}
