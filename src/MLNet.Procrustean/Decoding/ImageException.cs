namespace MLNet.Procrustean;

/// <summary>An image that cannot be used; the message says which one, what is wrong with it and what to do.</summary>
public sealed class ImageException : Exception
{
    internal ImageException(string origin, string problem, Exception? cause = null)
        : base($"{OnOneLine(origin)}: {problem}", cause)
    {
        Origin = origin;
        Problem = problem;
    }

    /// <summary>
    /// Where the image came from: the path of its file, or its place in the data such as <c>row 12, column 'Image'</c>. In the message,
    /// control characters of a path are escaped.
    /// </summary>
    public string Origin { get; }

    /// <summary>The message without the origin.</summary>
    internal string Problem { get; }

    /// <summary>Whether a file is there but could not be opened, which says nothing about the image in it.</summary>
    internal bool IsOfAccess =>
        InnerException is UnauthorizedAccessException or IOException and not (FileNotFoundException or DirectoryNotFoundException);

    // The name of an untrusted file may contain a line break and then what looks like a line of the log.
    private static string OnOneLine(string origin) =>
        origin.Any(char.IsControl)
            ? string.Concat(origin.Select(one => char.IsControl(one) ? $"\\u{(int)one:x4}" : one.ToString()))
            : origin;
}
