namespace MLNet.Procrustean.Replicas;

/// <summary>
/// The file in which processes keep what one of them computes: that which was asked for, else one in a temporary folder where processes are
/// on one machine, else none.
/// </summary>
internal sealed class SharedCache : IDisposable
{
    private readonly ProcessGroup processes;
    private readonly MachineFolder? folder;

    /// <param name="processes">That use it.</param>
    /// <param name="path">The file that was asked for; null for none.</param>
    /// <param name="helps">Whether a temporary one would be used; the same in all processes.</param>
    public SharedCache(ProcessGroup processes, string? path, bool helps)
    {
        this.processes = processes;
        folder = path is null && helps ? MachineFolder.For(processes) : null;
        Path = folder is null ? path : System.IO.Path.Combine(folder.Path, "images");
    }

    /// <summary>Of the file; null for none.</summary>
    public string? Path { get; }

    /// <summary>Makes something in each process; where there is a file, the first writes it before the others.</summary>
    /// <exception cref="InvalidOperationException">Another process has failed.</exception>
    /// <exception cref="OperationCanceledException">Another process was cancelled.</exception>
    public T Make<T>(Func<T> make)
        where T : class => processes.FirstThenOthers(make, writes: Path is not null, apart: folder is not null);

    /// <summary>Removes a temporary folder: what all processes have opened needs no name.</summary>
    public void Dispose() => folder?.Dispose();
}
