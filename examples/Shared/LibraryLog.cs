using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Shared;

/// <summary>Which lines of ML.NET's log are for the user of a program.</summary>
internal static class LibraryLog
{
    /// <summary>Whether it is of one image that cannot be read and is left out.</summary>
    public static bool IsOfSkippedImage(LoggingEventArgs line) => line.RawMessage.StartsWith("Skipped an image", StringComparison.Ordinal);

    /// <summary>Whether it is of how a training ended, and not of its images.</summary>
    public static bool IsOfTraining(LoggingEventArgs line) =>
        line.RawMessage.StartsWith("The training ended near chance", StringComparison.Ordinal);

    /// <summary>Whether it is a warning or worse, but of no single image: programs count or list those by themselves.</summary>
    /// <param name="line">The line.</param>
    /// <param name="informational">Words of lines that warn of nothing and are for the user too.</param>
    public static bool IsForTheUser(LoggingEventArgs line, IEnumerable<string> informational) =>
        line.Kind is ChannelMessageKind.Warning or ChannelMessageKind.Error
            ? !IsOfSkippedImage(line)
            : informational.Any(word => line.RawMessage.Contains(word, StringComparison.Ordinal));
}
