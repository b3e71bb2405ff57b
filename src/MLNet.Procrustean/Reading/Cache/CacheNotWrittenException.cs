namespace MLNet.Procrustean.Reading.Cache;

/// <summary>An image cache cannot be written; the message says why and what to do. The images themselves are not affected.</summary>
internal sealed class CacheNotWrittenException(string message, Exception cause) : IOException(message, cause);
