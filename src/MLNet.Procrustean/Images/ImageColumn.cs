using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNet.Procrustean.Imbalance;

namespace MLNet.Procrustean.Images;

/// <summary>The column that holds the images: paths (text), encoded files (bytes) or <see cref="MLImage"/>, told apart by its type.</summary>
internal static class ImageColumn
{
    /// <summary>The column of that name.</summary>
    /// <exception cref="ArgumentException">There is none, or it holds no images.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        var column = schema.Require(name);
        Check(name, column.Type);
        return column;
    }

    /// <summary>Refuses a column that holds no images.</summary>
    /// <exception cref="ArgumentException">It holds none.</exception>
    public static void Check(string name, DataViewType type)
    {
        if (type is not (TextDataViewType or ImageDataViewType or VectorDataViewType { ItemType: NumberDataViewType { RawType.Name: nameof(Byte) } }))
        {
            throw new ArgumentException($"Column '{name}' is of type {type}; images are paths (text), the bytes of an encoded image (a vector of bytes, from LoadRawImageBytes) or MLImage (from LoadImages).");
        }
    }

    /// <summary>
    /// A function that takes the image of the row that the cursor stands on, and gives the rest of the work: decoding, which may be done
    /// on another thread while the cursor moves on, and throws <see cref="ImageException"/> where the image cannot be read.
    /// </summary>
    public static Func<Func<byte[]>> Reader(DataViewRow row, DataViewSchema.Column column, ImageShape shape) => column.Type switch
    {
        TextDataViewType => PathReader(row, column, shape),
        ImageDataViewType => ImageReader(row, column, shape),
        _ => BytesReader(row, column, shape),
    };

    private static Func<Func<byte[]>> PathReader(DataViewRow row, DataViewSchema.Column column, ImageShape shape)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        return () =>
        {
            ReadOnlyMemory<char> text = default;
            getter(ref text);
            var origin = Origin(row, column);
            return () => text.IsEmpty
                ? throw new ImageException(origin, "there is no path. Give the path of an image file or remove the row.")
                : ImageDecoder.Decode(text.ToString(), shape);
        };
    }

    private static Func<Func<byte[]>> BytesReader(DataViewRow row, DataViewSchema.Column column, ImageShape shape)
    {
        var getter = row.GetGetter<VBuffer<byte>>(column);
        return () =>
        {
            VBuffer<byte> bytes = default;
            getter(ref bytes);
            var (encoded, origin) = (bytes.DenseValues().ToArray(), Origin(row, column));
            return () => ImageDecoder.Decode(encoded, shape, origin);
        };
    }

    // An MLImage belongs to the row and is gone with the next one, so it is brought to shape at once.
    private static Func<Func<byte[]>> ImageReader(DataViewRow row, DataViewSchema.Column column, ImageShape shape)
    {
        var getter = row.GetGetter<MLImage>(column);
        MLImage? image = null;
        return () =>
        {
            getter(ref image!);
            try
            {
                var pixels = ImageDecoder.Decode(image, shape, Origin(row, column));
                return () => pixels;
            }
            catch (ImageException problem)
            {
                return () => throw problem;
            }
        };
    }

    private static string Origin(DataViewRow row, DataViewSchema.Column column) => $"row {row.Position} (counted from 0), column '{column.Name}'";
}
