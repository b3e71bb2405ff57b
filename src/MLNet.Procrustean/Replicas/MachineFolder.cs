using System.Text;

namespace MLNet.Procrustean.Replicas;

/// <summary>A temporary folder on each machine, for files that one of its processes writes and all of them read.</summary>
/// <remarks>
/// A file that all have opened needs no name any more: <see cref="Dispose"/> removes the folder then, and the system keeps the file until
/// the last of them closes it, so that even killed processes leave nothing behind.
/// </remarks>
internal sealed class MachineFolder : IDisposable
{
    private MachineFolder(string path) => Path = path;

    /// <summary>Of the folder, for its owner alone.</summary>
    public string Path { get; }

    /// <summary>Makes it, with a name that nobody can foresee; null where no two of the processes are on one machine.</summary>
    public static MachineFolder? For(ProcessGroup processes)
    {
        if (!processes.InAny(!processes.IsFirstOfMachine))
        {
            return null;
        }

        var name = Encoding.ASCII.GetString(processes.Share(Encoding.ASCII.GetBytes($"procrustean-{Guid.NewGuid():N}")));
        return processes.Together(() => new MachineFolder(Made(System.IO.Path.Combine(System.IO.Path.GetTempPath(), name))));
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Another process has removed it, or does.
        }
    }

    private static string Made(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path); // in the user's own folder for temporary files
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }
}
