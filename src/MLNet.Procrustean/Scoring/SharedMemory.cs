namespace MLNet.Procrustean.Scoring;

/// <summary>
/// Native memory that any number of threads use while any of them may dispose it: it is freed once nobody uses it any more.
/// </summary>
/// <remarks>
/// Disposal does not wait. Uses that have begun end with a correct result, and the last of them frees the memory; those that would begin
/// later are refused. A use costs two atomic operations and no allocation.
/// </remarks>
/// <param name="free">Frees the memory; it is called once.</param>
/// <param name="owner">Whose memory it is, for the message.</param>
/// <param name="message">What is said to those that come too late.</param>
internal sealed class SharedMemory(Action free, Type owner, string message) : IDisposable
{
    private int holders = 1; // uses that have begun, and one more until it is disposed
    private bool disposed;

    public Type Owner => owner;

    /// <summary>Begins a use, which ends when what is returned is disposed.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public Use Begin()
    {
        var found = Volatile.Read(ref holders);
        while (!Volatile.Read(ref disposed) && found > 0)
        {
            var before = Interlocked.CompareExchange(ref holders, found + 1, found);
            if (before == found)
            {
                return new(this);
            }

            found = before;
        }

        throw Refused();
    }

    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public void Check()
    {
        if (Volatile.Read(ref disposed))
        {
            throw Refused();
        }
    }

    /// <summary>Refuses further uses, and frees the memory as soon as it is not in use. Doing so again does nothing.</summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref disposed, true))
        {
            Leave();
        }
    }

    private ObjectDisposedException Refused() => new(owner.FullName, message);

    private void Leave()
    {
        if (Interlocked.Decrement(ref holders) == 0)
        {
            free();
        }
    }

    /// <summary>One use; it lives on the stack, so that none is forgotten.</summary>
    public readonly ref struct Use(SharedMemory memory)
    {
        public void Dispose() => memory.Leave();
    }
}
