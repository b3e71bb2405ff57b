namespace MLNet.Procrustean.Images;

/// <summary>The files that hold images: their formats, and reading one with errors that name it.</summary>
internal static class ImageFile
{
    public const string FormatNames = "JPEG, PNG, BMP, GIF and WebP";

    /// <summary>The file name extensions of the formats that <see cref="ImageDecoder"/> reads.</summary>
    public static readonly string[] Extensions = [".jpg", ".jpeg", ".jfif", ".png", ".bmp", ".gif", ".webp"];

    public static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ImageException">There is no such file, or it cannot be read.</exception>
    public static byte[] Read(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new ImageException("an image path", "the path is empty. Give the path of an image file.");
        }

        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ImageException(path,
                $"the file does not exist. Check the path; if relative, it starts from '{Environment.CurrentDirectory}'.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ImageException(path, $"the file cannot be read: {exception.Message}", exception);
        }
    }
}
