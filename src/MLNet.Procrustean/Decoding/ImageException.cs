namespace MLNet.Procrustean;

/// <summary>An image that cannot be used; the message says which one, what is wrong with it and what to do.</summary>
public sealed class ImageException : Exception
{
    internal ImageException(string origin, string problem, Exception? cause = null)
        : base($"{OnOneLine(origin)}: {OnOneLine(problem)}", cause)
    {
        Origin = origin;
        Problem = OnOneLine(problem);
    }

    /// <summary>
    /// Where the image came from: the path of its file, or its place in the data such as <c>row 12, column 'Image'</c>. In the message,
    /// control characters of a path are escaped.
    /// </summary>
    public string Origin { get; }

    /// <summary>The message without the origin.</summary>
    internal string Problem { get; }

    /// <summary>Whether the image exceeds the setting <c>MLNet.Procrustean.MaximumPixels</c>: under another limit it may be read.</summary>
    internal bool IsOfLimit { get; init; }

    /// <summary>Whether there was no memory to decode the image.</summary>
    internal bool IsOfMemory { get; init; }

    /// <summary>
    /// Whether nothing is known about the image, so that it may be read later, unchanged: there was no memory for it, or its file is there
    /// but could not be opened.
    /// </summary>
    internal bool IsOfMoment =>
        IsOfMemory
        || InnerException is UnauthorizedAccessException or IOException and not (FileNotFoundException or DirectoryNotFoundException);

    // The name of an untrusted file, which the system's own messages quote too, may contain a line break and then what looks like a line of
    // the log.
    private static string OnOneLine(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(one => char.IsControl(one) ? $"\\u{(int)one:x4}" : one.ToString())) : text;
}
