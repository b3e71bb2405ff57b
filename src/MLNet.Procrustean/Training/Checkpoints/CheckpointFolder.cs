using System.Globalization;
using System.Text.RegularExpressions;
using MLNet.Procrustean.Persistence;

namespace MLNet.Procrustean.Training.Checkpoints;

/// <summary>
/// The folder in which a training keeps its last two checkpoints, a file each, numbered in order, and after its end a finished one, which
/// stays until another training is over. One training at a time may hold it.
/// </summary>
internal sealed partial class CheckpointFolder : IDisposable
{
    private readonly FileStream held;
    private int number; // of the checkpoint that was read or written last

    /// <exception cref="IOException">The folder cannot be made or written to, or another training holds it.</exception>
    public CheckpointFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(Path);
            held = new(
                Inside("in-use.lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None,
                bufferSize: 1,
                FileOptions.DeleteOnClose
            );
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The checkpoint folder '{Path}' cannot be used: {problem.Message} "
                    + "Name one that can be written to and that no other training uses.",
                problem
            );
        }
    }

    public string Path { get; }

    private string Finished => Inside("finished.safetensors");

    /// <summary>The checkpoint of the last finished training, or null; a damaged one is reported.</summary>
    /// <exception cref="IOException">As for <see cref="ReadNewest"/>.</exception>
    public Checkpoint? ReadFinished(Action<string> warn) => File.Exists(Finished) ? Read(Finished, warn) : null;

    /// <summary>The newest intact checkpoint of an unfinished training, or null; each damaged one is reported.</summary>
    /// <exception cref="IOException">
    /// A checkpoint was written by another version, or cannot be opened just now: it must not be replaced by a training that starts from
    /// the beginning.
    /// </exception>
    public Checkpoint? ReadNewest(Action<string> warn)
    {
        foreach (var path in Checkpoints().OrderDescending(StringComparer.Ordinal))
        {
            if (Read(path, warn) is { } checkpoint)
            {
                number = int.Parse(NameForm().Match(path).Groups["number"].Value, CultureInfo.InvariantCulture);
                return checkpoint;
            }
        }

        return null;
    }

    /// <summary>
    /// Writes a checkpoint. Earlier ones stay until it is complete and on the disk; then all but the latest of them are deleted.
    /// </summary>
    /// <exception cref="IOException">It could not be written; those before are as they were.</exception>
    public void Save(Checkpoint checkpoint)
    {
        Save(Numbered(number + 1), checkpoint); // what it replaces, if anything, was damaged
        number++;
        Delete(except: [Numbered(number), Numbered(number - 1)]);
    }

    /// <summary>
    /// Writes the checkpoint of a training that is over, in place of the one before. The checkpoints written during the training are then
    /// deleted.
    /// </summary>
    /// <exception cref="IOException">It could not be written; those before are as they were.</exception>
    public void SaveFinished(Checkpoint checkpoint)
    {
        Save(Finished, checkpoint);
        Clear();
    }

    /// <summary>Deletes the checkpoints that were written during the training.</summary>
    public void Clear() => Delete(except: []);

    public void Dispose() => held.Dispose();

    private static void Save(string path, Checkpoint checkpoint) => AtomicFile.Write(path, "checkpoint", checkpoint.Write);

    private static Checkpoint? Read(string path, Action<string> warn)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Checkpoint.Read(file);
        }
        catch (NotSupportedException problem)
        {
            throw new IOException(
                $"The checkpoint '{path}' cannot be read: {problem.Message}. Update MLNet.Procrustean, or name another folder.",
                problem
            );
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The checkpoint '{path}' cannot be opened: {problem.Message} Allow reading it, or name another folder.",
                problem
            );
        }
        catch (InvalidDataException problem)
        {
            warn($"The checkpoint '{path}' cannot be read, and the one before it is taken instead, if there is one: {problem.Message}");
            return null;
        }
    }

    // One too many does no harm, and is deleted with the next.
    private void Delete(string[] except) =>
        DiskErrors.Ignore(() =>
        {
            foreach (var path in Checkpoints().Except(except))
            {
                File.Delete(path);
            }
        });

    // Only files that are named as this class does: a user may keep other files here.
    private IEnumerable<string> Checkpoints() => Directory.GetFiles(Path).Where(path => NameForm().IsMatch(path));

    private string Numbered(int count) => Inside($"checkpoint-{count:00000000}.safetensors");

    private string Inside(string name) => System.IO.Path.Combine(Path, name);

    [GeneratedRegex(@"[/\\]checkpoint-(?<number>[0-9]{8})\.safetensors$")]
    private static partial Regex NameForm();
}
