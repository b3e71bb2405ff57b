namespace MLNet.Procrustean.Decoding;

/// <summary>The files that hold images: their formats, and reading one with errors that name it.</summary>
internal static class ImageFile
{
    public const string FormatNames = "JPEG, PNG, BMP, GIF and WebP";

    /// <summary>The file name extensions of the formats that <see cref="ImageDecoder"/> reads.</summary>
    public static readonly string[] Extensions =
    [
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jif",
        ".jfif",
        ".png",
        ".apng",
        ".bmp",
        ".dib",
        ".gif",
        ".webp",
    ];

    // Cameras, telephones, scanners and painting programs write these.
    private static readonly string[] OtherExtensions =
    [
        .. (string[])[".heic", ".heif", ".hif", ".avif", ".tif", ".tiff", ".jp2", ".j2k", ".jpx", ".jxl", ".jxr", ".wdp"],
        .. (string[])[".dng", ".raw", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw"],
        .. (string[])[".psd", ".xcf", ".svg", ".svgz", ".ico", ".tga", ".pcx", ".ppm", ".pgm", ".pbm", ".pnm", ".exr", ".hdr", ".wbmp"],
    ];

    public static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the file's name is that of an image in a format that <see cref="ImageDecoder"/> does not read.</summary>
    public static bool IsOtherImage(string path) => OtherExtensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The length of a file in bytes. It is determined before the file is opened, since opening a pipe or reading a device may never end.
    /// </summary>
    /// <exception cref="ImageException">There is no such file, it cannot be read, or it cannot be an image.</exception>
    public static long Length(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new ImageException("an image path", "the path is empty. Give the path of an image file.");
        }

        var length = Ask(path, LengthOfTarget);
        if (length == 0)
        {
            throw new ImageException(
                path,
                "the image is empty (0 bytes), or a device or pipe instead of a file. Copy it again or remove it."
            );
        }

        var most = 4 * ImageDecoder.MaximumPixels;
        return length <= most
            ? length
            : throw new ImageException(
                path,
                $"the file has {ImageMemory.Readable(length)}, more than the most pixels that are read would take "
                    + $"({ImageMemory.Readable(most)}). {ImageDecoder.Advice}"
            )
            {
                IsOfLimit = true,
            };
    }

    /// <exception cref="ImageException">There is no such file, or it cannot be read.</exception>
    public static byte[] Read(string path) => Ask(path, File.ReadAllBytes);

    // The length of a link is that of its path. For a file that is not a link, one query is enough.
    private static long LengthOfTarget(string path)
    {
        var file = new FileInfo(path);
        if (file.Exists && !file.Attributes.HasFlag(FileAttributes.ReparsePoint))
        {
            return file.Length;
        }

        var target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true)!;
        return Directory.Exists(target.FullName) ? throw new IOException("It is a folder.") : ((FileInfo)target).Length;
    }

    private static T Ask<T>(string path, Func<string, T> question)
    {
        try
        {
            return question(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ImageException(
                path,
                $"the file does not exist. Check the path; if relative, it starts from '{Environment.CurrentDirectory}'.",
                exception
            );
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ImageException(path, $"the file cannot be read: {exception.Message}", exception);
        }
    }
}
