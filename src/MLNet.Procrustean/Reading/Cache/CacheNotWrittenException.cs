namespace MLNet.Procrustean.Reading.Cache;

/// <summary>A cache of images or features cannot be written; the message says why and what to do. They are not affected.</summary>
internal sealed class CacheNotWrittenException(string message, Exception cause) : IOException(message, cause);
