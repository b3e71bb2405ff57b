using System.Text;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Replicas;

/// <summary>A temporary folder on each machine, for files that one of its processes writes and all of them read.</summary>
/// <remarks>
/// A file that all have opened needs no name any more: <see cref="Dispose"/> removes the folder then, and the system keeps the file until
/// the last of them closes it. What processes left that were killed before is removed by those that make a folder next.
/// </remarks>
internal sealed class MachineFolder : IDisposable
{
    private const string Prefix = "procrustean-machine-";
    private const string InUse = "in-use-by-processes.lock"; // held open by the first process of the machine

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly TimeSpan LongestUse = TimeSpan.FromDays(7); // until all have opened its files

    private FileStream? held;

    private MachineFolder(string path, bool holds)
    {
        Path = path;
        DiskErrors.Ignore(() => held = holds ? Lock(path) : null); // where machines share the folder, one of them holds it
    }

    /// <summary>Of the folder, for its owner alone.</summary>
    public string Path { get; }

    /// <summary>Makes it, with a name that nobody can foresee; null where no two of the processes are on one machine.</summary>
    public static MachineFolder? For(ProcessGroup processes)
    {
        if (!processes.InAny(!processes.IsFirstOfMachine))
        {
            return null;
        }

        var name = Encoding.ASCII.GetString(processes.Share(Encoding.ASCII.GetBytes($"{Prefix}{Guid.NewGuid():N}")));
        return processes.Together(() => In(ScratchFile.Folder ?? System.IO.Path.GetTempPath(), name, processes.IsFirstOfMachine));
    }

    /// <summary>Makes a folder of that name, or one object more for it.</summary>
    /// <param name="parent">Where.</param>
    /// <param name="name">Its name.</param>
    /// <param name="holds">Whether this object marks it as in use, and removes those beside it that no process uses any more.</param>
    public static MachineFolder In(string parent, string name, bool holds)
    {
        if (holds)
        {
            DiskErrors.Ignore(() => Array.ForEach(Directory.GetDirectories(parent, $"{Prefix}*"), DeleteUnused));
        }

        return new(Made(System.IO.Path.Combine(parent, name)), holds);
    }

    public void Dispose()
    {
        held?.Dispose(); // first: some systems delete no file that is open
        DiskErrors.Ignore(() => Directory.Delete(Path, recursive: true)); // another process may have removed it, or do so
    }

    // One without the file is just being made, and one that others may write to is not ours.
    private static void DeleteUnused(string folder) =>
        DiskErrors.Ignore(() =>
        {
            var file = System.IO.Path.Combine(folder, InUse);
            var isOld = File.GetLastWriteTimeUtc(file) < DateTime.UtcNow - LongestUse;
            if (
                File.Exists(file)
                && (Drives.HaveReliableLocks(folder) || isOld)
                && (OperatingSystem.IsWindows() || File.GetUnixFileMode(folder) == OwnerOnly)
            )
            {
                Lock(folder).Dispose(); // refused where a process holds it
                Directory.Delete(folder, recursive: true);
            }
        });

    private static FileStream Lock(string folder) =>
        new(System.IO.Path.Combine(folder, InUse), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);

    private static string Made(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path); // in the user's own folder for temporary files
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }

        return path;
    }
}
