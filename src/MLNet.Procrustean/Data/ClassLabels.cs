using System.Collections.Immutable;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Procrustean.Data;

/// <summary>The names of the classes in key order, and the type that their values had in the training data.</summary>
internal sealed record ClassLabels(ImmutableArray<string> Names, string ValueType)
{
    private const string Text = "text";
    private const int MostUnnamedClasses = 100_000; // more are hashes, not classes

    private static readonly Values[] KnownTypes =
    [
        new Values<ReadOnlyMemory<char>>(Text, TextDataViewType.Instance, name => name.AsMemory()),
        new Values<bool>("bool", BooleanDataViewType.Instance, bool.Parse),
        Parsed<sbyte>("int8", NumberDataViewType.SByte),
        Parsed<short>("int16", NumberDataViewType.Int16),
        Parsed<int>("int32", NumberDataViewType.Int32),
        Parsed<long>("int64", NumberDataViewType.Int64),
        Parsed<byte>("uint8", NumberDataViewType.Byte),
        Parsed<ushort>("uint16", NumberDataViewType.UInt16),
        Parsed<uint>("uint32", NumberDataViewType.UInt32),
        Parsed<ulong>("uint64", NumberDataViewType.UInt64),
        Parsed<float>("float32", NumberDataViewType.Single),
        Parsed<double>("float64", NumberDataViewType.Double),
    ];

    /// <summary>The classes of a key column: its key values, or the numbers 0, 1, ... as text where it has none.</summary>
    public static ClassLabels From(DataViewSchema.Column label)
    {
        var type = (label.Annotations.Schema.GetColumnOrNull(AnnotationNames.KeyValues)?.Type as VectorDataViewType)?.ItemType
            ?? TextDataViewType.Instance;
        var known = KnownTypes.FirstOrDefault(one => one.Type.Equals(type))
            ?? throw new ArgumentException(
                $"The classes in column '{label.Name}' are of type {type}; they must be texts, numbers or Booleans."
            );
        string[] names = [.. LabelText.KeyNames(label) ?? Numbers(label)];
        return ClassNames.Fault(names) is { } fault
            ? throw new ArgumentException($"In column '{label.Name}', {fault}")
            : new([.. names], known.Name);
    }

    /// <summary>Refuses the label column of a validation set with other classes than these, those of the training set.</summary>
    /// <exception cref="ArgumentException">Its classes are others, or in another order.</exception>
    public void CheckSame(DataViewSchema.Column ofValidation)
    {
        var found = From(ofValidation).Names;
        if (!found.SequenceEqual(Names))
        {
            throw new ArgumentException(
                $"The classes are {string.Join(", ", found)}, and those of the training set {string.Join(", ", Names)}; "
                    + "transform both by the same fitted MapValueToKey."
            );
        }
    }

    /// <summary>Adds the values of the classes, in their own type, as an annotation of that name.</summary>
    public void AddTo(DataViewSchema.Annotations.Builder annotations, string name) =>
        (
            KnownTypes.FirstOrDefault(one => one.Name == ValueType)
            ?? throw new InvalidDataException($"There is no type '{ValueType}' of class values.")
        ).AddTo(annotations, name, Names);

    /// <summary>Adds the names of the classes, as text, as an annotation of that name.</summary>
    public void AddNamesTo(DataViewSchema.Annotations.Builder annotations, string name) => KnownTypes[0].AddTo(annotations, name, Names);

    private static IEnumerable<string> Numbers(DataViewSchema.Column label)
    {
        var count = ((KeyDataViewType)label.Type).Count;
        return count <= MostUnnamedClasses
            ? Enumerable.Range(0, (int)count).Select(i => i.ToString(CultureInfo.InvariantCulture))
            : throw new ArgumentException(
                $"Column '{label.Name}' is a key to {count} values without names, which are too many for classes; "
                    + "create the key with MapValueToKey."
            );
    }

    private static Values<T> Parsed<T>(string name, NumberDataViewType type)
        where T : IParsable<T> => new(name, type, text => T.Parse(text, CultureInfo.InvariantCulture));

    // ML.NET's annotations are generic in the type of the value, which is known only when the program runs.
    private abstract record Values(string Name, PrimitiveDataViewType Type)
    {
        public abstract void AddTo(DataViewSchema.Annotations.Builder annotations, string name, ImmutableArray<string> texts);
    }

    private sealed record Values<T>(string Name, PrimitiveDataViewType Type, Func<string, T> Parse) : Values(Name, Type)
    {
        public override void AddTo(DataViewSchema.Annotations.Builder annotations, string name, ImmutableArray<string> texts)
        {
            var values = new VBuffer<T>(texts.Length, [.. texts.Select(Parse)]);
            annotations.Add(name, new VectorDataViewType(Type, texts.Length), (ref VBuffer<T> destination) =>
                values.CopyTo(ref destination)
            );
        }
    }
}
