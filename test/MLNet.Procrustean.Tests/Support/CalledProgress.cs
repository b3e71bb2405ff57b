namespace MLNet.Procrustean.Tests.Support;

/// <summary>Progress that is called on the reporting thread, unlike <see cref="Progress{T}"/>.</summary>
internal sealed class CalledProgress<T>(Action<T> action) : IProgress<T>
{
    public void Report(T value) => action(value);
}
