using System.Collections.Frozen;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Data;

/// <summary>Reads a label column of any type as text, so that a key and the value it stands for compare equal.</summary>
internal static class LabelText
{
    private const int NamesInError = 10;

    private static readonly FrozenDictionary<Type, Access> AccessByType = new Access[]
    {
        new Access<ReadOnlyMemory<char>>(),
        new Access<bool>(),
        new Access<sbyte>(),
        new Access<short>(),
        new Access<int>(),
        new Access<long>(),
        new Access<byte>(),
        new Access<ushort>(),
        new Access<uint>(),
        new Access<ulong>(),
        new Access<float>(),
        new Access<double>(),
    }.ToFrozenDictionary(access => access.ValueType);

    /// <summary>The column of that name.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it holds neither text nor keys, numbers or Booleans.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        var column = schema.Require(name);
        return AccessByType.ContainsKey(column.Type.RawType)
            ? column
            : throw new ArgumentException($"Column '{name}' is of type {column.Type}; a label is a text, a key, a number or a Boolean.");
    }

    /// <summary>A function that gives the label of the cursor's current row.</summary>
    /// <remarks>
    /// A key gives the text of its key value, or its zero-based index when the column has no key values, as ML.NET's own
    /// evaluation does; a number gives its shortest invariant text. The function throws <see cref="ArgumentException"/>
    /// when the label is missing: the key 0, an empty text or NaN.
    /// </remarks>
    public static Func<string> Reader(DataViewRow row, DataViewSchema.Column column)
    {
        var text = ReaderOrNull(row, column);
        return () => text() ?? throw Missing(row.Position, column);
    }

    /// <summary>As <see cref="Reader"/>, but the function gives null when the label is missing.</summary>
    public static Func<string?> ReaderOrNull(DataViewRow row, DataViewSchema.Column column)
    {
        var read = AccessByType[column.Type.RawType].Values(row, column);
        var names = KeyNames(column);
        return column.Type is KeyDataViewType key ? () => KeyText(read(), key.Count, names) : () => Text(read());
    }

    /// <summary>A function that gives the number of the class that the label of the cursor's current row names.</summary>
    /// <remarks>The function throws <see cref="ArgumentException"/> when the label is missing, or is not one of the classes.</remarks>
    /// <param name="row">The cursor.</param>
    /// <param name="column">The label column.</param>
    /// <param name="classes">The names of the classes, in the order of their numbers.</param>
    public static Func<long> ClassReader(DataViewRow row, DataViewSchema.Column column, IReadOnlyList<string> classes)
    {
        var numbers = classes.Index().ToDictionary(one => one.Item, one => (long)one.Index);
        var label = Reader(row, column);
        return () =>
        {
            var name = label();
            return numbers.TryGetValue(name, out var number) ? number : throw NotAClass(name, row, column, classes);
        };
    }

    /// <summary>
    /// The column that a column replaced under the same name, as MapValueToKey does, if labels can be read from it: it still has a value
    /// where the key is missing since the value is not one of the keys'.
    /// </summary>
    public static DataViewSchema.Column? Replaced(DataViewSchema schema, DataViewSchema.Column column)
    {
        var earlier = schema.Take(column.Index).Where(one => one.Name == column.Name && AccessByType.ContainsKey(one.Type.RawType));
        return earlier.Select(one => (DataViewSchema.Column?)one).LastOrDefault();
    }

    /// <summary>The error for a row without a label.</summary>
    public static ArgumentException Missing(long row, DataViewSchema.Column column) =>
        new($"Row {row} (counted from 0) has no value in column '{column.Name}'; each row needs one.");

    /// <summary>The first classes, for an error.</summary>
    public static string FirstOf(IReadOnlyList<string> classes) =>
        string.Join(", ", classes.Take(NamesInError)) + (classes.Count > NamesInError ? ", ..." : "");

    /// <summary>The error for a label that is not one of the classes.</summary>
    /// <param name="value">The label.</param>
    /// <param name="row">Where it is.</param>
    /// <param name="column">Where it is.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="advice">What to do, after a space; empty, the default, for nothing.</param>
    public static ArgumentException NotAClass(
        string value,
        DataViewRow row,
        DataViewSchema.Column column,
        IReadOnlyList<string> classes,
        string advice = ""
    ) =>
        new(
            $"Row {row.Position} (counted from 0) has '{value}' in column '{column.Name}', "
                + $"which is not one of the {classes.Count} classes: {FirstOf(classes)}.{advice}"
        );

    /// <summary>The label of each row; no other column is read, except that a cache of ML.NET then reads all of its columns.</summary>
    /// <exception cref="ArgumentException">A row has no label.</exception>
    /// <exception cref="ImageException">An image could not be loaded into a cache of ML.NET.</exception>
    public static List<string> Read(IDataView data, DataViewSchema.Column column)
    {
        var labels = new List<string>();
        using var cursor = CachedColumns.LabelCursor(data, column);
        var label = Reader(cursor, column);
        while (cursor.MoveNext())
        {
            labels.Add(label());
        }

        return labels;
    }

    /// <summary>
    /// The different labels in the order of their classes: key order for keys, ascending for numbers, ordinal for texts; false before true.
    /// </summary>
    public static string[] InOrder(IEnumerable<string> labels, DataViewSchema.Column column)
    {
        var different = labels.Distinct();
        if (column.Type is KeyDataViewType && KeyNames(column) is { } names)
        {
            return [.. different.OrderBy(label => Array.IndexOf(names, label))];
        }

        return column.Type is NumberDataViewType or KeyDataViewType
            ? [.. different.OrderBy(label => double.Parse(label, CultureInfo.InvariantCulture))]
            : [.. different.Order(StringComparer.Ordinal)];
    }

    /// <summary>The texts of a key column's key values, in key order; null when it has none.</summary>
    public static string[]? KeyNames(DataViewSchema.Column column)
    {
        const string kind = AnnotationNames.KeyValues;
        return
            column.Annotations.Schema.GetColumnOrNull(kind)?.Type is VectorDataViewType { ItemType.RawType: var type }
            && AccessByType.TryGetValue(type, out var access)
            ? [.. access.Annotation(column, kind).Select(value => Text(value) ?? "")]
            : null;
    }

    private static string? KeyText(object value, ulong count, string[]? names)
    {
        var key = Convert.ToUInt64(value, CultureInfo.InvariantCulture);
        return key == 0 || key > count ? null : names?[key - 1] ?? (key - 1).ToString(CultureInfo.InvariantCulture);
    }

    private static string? Text(object value) =>
        value switch
        {
            ReadOnlyMemory<char> text => text.IsEmpty ? null : text.ToString(),
            float.NaN or double.NaN => null,
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };

    // The getters of ML.NET are generic in the type of the column, which is known only when the program runs.
    private abstract class Access
    {
        public abstract Type ValueType { get; }

        public abstract Func<object> Values(DataViewRow row, DataViewSchema.Column column);

        public abstract IEnumerable<object> Annotation(DataViewSchema.Column column, string kind);
    }

    private sealed class Access<T> : Access
        where T : struct
    {
        public override Type ValueType => typeof(T);

        public override Func<object> Values(DataViewRow row, DataViewSchema.Column column)
        {
            var getter = row.GetGetter<T>(column);
            return () =>
            {
                T value = default;
                getter(ref value);
                return value;
            };
        }

        public override IEnumerable<object> Annotation(DataViewSchema.Column column, string kind)
        {
            VBuffer<T> values = default;
            column.Annotations.GetValue(kind, ref values);
            return values.DenseValues().Cast<object>();
        }
    }
}
