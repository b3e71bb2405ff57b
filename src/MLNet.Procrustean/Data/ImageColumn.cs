using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using MLNet.Procrustean.Decoding;

namespace MLNet.Procrustean.Data;

/// <summary>
/// The column that holds the images: paths (text), encoded files (bytes) or <see cref="MLImage"/>, distinguished by its type.
/// </summary>
/// <remarks>
/// Paths and encoded files are turned upright by their EXIF orientation. ML.NET's <c>LoadImages</c> drops it, so that an
/// <see cref="MLImage"/> has its pixels as the file stores them, and takes a file that is cut short as far as it goes.
/// </remarks>
internal static class ImageColumn
{
    /// <summary>The column of that name.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it holds no images.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        var column = schema.Require(name);
        Check(name, column.Type);
        return column;
    }

    /// <summary>Refuses a column that holds no images.</summary>
    /// <exception cref="ArgumentException">It holds no images.</exception>
    public static void Check(string name, DataViewType type)
    {
        if (type is not TextDataViewType && !IsLoaded(type))
        {
            throw new ArgumentException(
                $"Column '{name}' is of type {type}; images are paths (text), the bytes of an encoded image "
                    + "(a vector of bytes, from LoadRawImageBytes) or MLImage (from LoadImages)."
            );
        }
    }

    /// <summary>Whether a column of this type holds images that ML.NET loads.</summary>
    public static bool IsLoaded(DataViewType type) =>
        type is ImageDataViewType or VectorDataViewType { ItemType: NumberDataViewType { RawType.Name: nameof(Byte) } };

    /// <summary>What to know, and to do, where a column holds <see cref="MLImage"/>.</summary>
    public static string OrientationLost(string name) =>
        $"Column '{name}' holds MLImage, which has lost the EXIF orientation of its file: photos that are stored turned stay turned. "
        + "Give a column of paths, or of bytes from LoadRawImageBytes, to have them upright, and files that are cut short refused.";

    /// <summary>
    /// A cursor for images. ML.NET may read ahead where these are paths, which never fail; images that it loads are loaded when they are
    /// asked for, so that it is known in which row one is missing, unless a view below reads ahead all the same.
    /// </summary>
    public static DataViewRowCursor Cursor(
        IDataView data,
        DataViewSchema.Column image,
        IEnumerable<DataViewSchema.Column> others,
        Random? rand = null
    )
    {
        DataViewSchema.Column[] columns = [image, .. others];
        return image.Type is TextDataViewType
            ? data.GetRowCursor(columns, rand)
            : new ReadAheadCursor(SerialCursor.Of(data, columns, rand));
    }

    /// <summary>
    /// A function that reads the image of the cursor's current row and returns the rest of the work: decoding it into the bytes of a
    /// square. That may run on another thread while the cursor moves to the next rows, and throws <see cref="ImageException"/> where the
    /// image cannot be read.
    /// </summary>
    /// <param name="row">The cursor.</param>
    /// <param name="column">The image column.</param>
    /// <param name="shape">Of the squares.</param>
    /// <param name="read">Given the path (a string) or the encoded bytes (an array) of each image as it is read; null for nobody.</param>
    public static Func<Action<Memory<byte>>> Reader(
        DataViewRow row,
        DataViewSchema.Column column,
        ImageShape shape,
        Action<object>? read = null
    ) =>
        column.Type switch
        {
            TextDataViewType => PathReader(row, column, shape, read),
            ImageDataViewType => ImageReader(row, column, shape),
            _ => BytesReader(row, column, shape, read),
        };

    private static Func<Action<Memory<byte>>> PathReader(
        DataViewRow row,
        DataViewSchema.Column column,
        ImageShape shape,
        Action<object>? read
    )
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        return () =>
        {
            ReadOnlyMemory<char> text = default;
            getter(ref text);
            read?.Invoke(text.ToString());
            var position = row.Position;
            return square =>
                ImageDecoder.Decode(
                    text.IsEmpty
                        ? throw new ImageException(
                            Origin(position, column),
                            "there is no path. Give the path of an image file or remove the row."
                        )
                        : text.ToString(),
                    shape,
                    square
                );
        };
    }

    private static Func<Action<Memory<byte>>> BytesReader(
        DataViewRow row,
        DataViewSchema.Column column,
        ImageShape shape,
        Action<object>? read
    )
    {
        var getter = row.GetGetter<VBuffer<byte>>(column);
        return () =>
        {
            var origin = Origin(row.Position, column);
            VBuffer<byte> bytes = default;
            try
            {
                getter(ref bytes);
            }
            catch (Exception problem) when (IsOfLoading(problem))
            {
                read?.Invoke(""); // as a row without an image
                return _ => throw NotLoaded(origin, problem);
            }

            var encoded = bytes.IsDense ? bytes.GetValues().ToArray() : [.. bytes.DenseValues()];
            read?.Invoke(encoded);
            return square => ImageDecoder.Decode(encoded, shape, origin, square);
        };
    }

    // An MLImage belongs to its row and is gone with the next one, so it is converted at once.
    private static Func<Action<Memory<byte>>> ImageReader(DataViewRow row, DataViewSchema.Column column, ImageShape shape)
    {
        var getter = row.GetGetter<MLImage>(column);
        MLImage? image = null;
        return () =>
        {
            var origin = Origin(row.Position, column);
            try
            {
                getter(ref image!);
                var pixels = new byte[shape.Bytes];
                ImageDecoder.Decode(image, shape, origin, pixels);
                return square => pixels.CopyTo(square);
            }
            catch (ImageException problem)
            {
                return _ => throw problem;
            }
            catch (Exception problem) when (IsOfLoading(problem))
            {
                return _ => throw NotLoaded(origin, problem);
            }
        };
    }

    /// <summary>Whether it is what ML.NET throws where a file of a row is missing, cannot be opened, or is not an image.</summary>
    public static bool IsOfLoading(Exception problem) => problem is IOException or UnauthorizedAccessException or ArgumentException;

    /// <summary>The error for an image that ML.NET could not load ahead; null where the problem is another one.</summary>
    public static ImageException? NotLoadedAhead(Exception problem) =>
        problem.InnerException switch
        {
            null => null,
            { } cause when IsOfLoading(cause) => new(
                "an image of the data",
                "ML.NET loaded rows ahead and could not load one, most likely its image, so that it can be neither named nor skipped. "
                    + "Give a column of paths, or put LoadRawImageBytes into the pipeline, after the split, TakeRows, ShuffleRows or the "
                    + "cache. "
                    + $"What loads it said: {cause.Message}",
                cause
            ),
            InvalidOperationException wrapped => NotLoadedAhead(wrapped), // by several threads of ML.NET
            _ => null, // the list of images could not be read, say
        };

    private static ImageException NotLoaded(string origin, Exception problem) =>
        new(origin, $"the image cannot be loaded. Copy its file again or remove the row. What loads it said: {problem.Message}", problem);

    private static string Origin(long position, DataViewSchema.Column column) => $"row {position} (counted from 0), column '{column.Name}'";
}
