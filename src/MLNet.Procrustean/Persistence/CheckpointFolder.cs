using System.Globalization;
using System.Text.RegularExpressions;

namespace MLNet.Procrustean.Persistence;

/// <summary>The folder in which a training keeps its last two checkpoints, a file each, numbered as they come. One training at a time may hold it.</summary>
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
            held = new(Inside("in-use.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The checkpoint folder '{Path}' cannot be used: {problem.Message} Name one that can be written to and that no other training uses.", problem);
        }
    }

    public string Path { get; }

    private string Unfinished => Inside("unfinished.tmp");

    /// <summary>The newest checkpoint that is whole, or null; each one that is not is told of.</summary>
    /// <exception cref="IOException">A checkpoint was written by a later library, or cannot be opened just now: it is not to be replaced by a training that begins anew.</exception>
    public Checkpoint? ReadNewest(Action<string> warn)
    {
        foreach (var path in Checkpoints().OrderDescending(StringComparer.Ordinal))
        {
            try
            {
                using var file = File.OpenRead(path);
                var checkpoint = Checkpoint.Read(file);
                number = int.Parse(NameForm().Match(path).Groups["number"].Value, CultureInfo.InvariantCulture);
                return checkpoint;
            }
            catch (NotSupportedException problem)
            {
                throw new IOException($"The checkpoint '{path}' cannot be read: {problem.Message}. Update MLNet.Procrustean, or name another folder.", problem);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                throw new IOException($"The checkpoint '{path}' cannot be opened: {problem.Message} Let it be read, or name another folder.", problem);
            }
            catch (InvalidDataException problem)
            {
                warn($"The checkpoint '{path}' cannot be read, and the one before it is taken instead, if there is one: {problem.Message}");
            }
        }

        return null;
    }

    /// <summary>Writes a checkpoint. Those before stay as they are until it is whole and on the disk; then all but the one before it are deleted.</summary>
    /// <exception cref="IOException">It could not be written; those before are as they were.</exception>
    public void Write(Checkpoint checkpoint)
    {
        try
        {
            using (var file = new FileStream(Unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                checkpoint.Write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(Unfinished, Numbered(number + 1), overwrite: true); // what it replaces was damaged
            number++;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            DeleteUnfinished();
            throw new IOException($"The checkpoint '{Numbered(number + 1)}' cannot be written: {problem.Message}", problem);
        }

        Try(() => Delete(except: [Numbered(number), Numbered(number - 1)])); // one too many does no harm
    }

    /// <summary>Deletes all checkpoints. The folder itself stays.</summary>
    /// <exception cref="IOException">A file cannot be deleted.</exception>
    public void Clear()
    {
        try
        {
            File.Delete(Unfinished);
            Delete(except: []);
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new IOException(problem.Message, problem);
        }
    }

    public void Dispose() => held.Dispose();

    // What could not be written is of no use, and may be what fills the disk; the next one replaces it.
    private void DeleteUnfinished() => Try(() => File.Delete(Unfinished));

    private static void Try(Action deletion)
    {
        try
        {
            deletion();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // It is tried again after the next checkpoint.
        }
    }

    private void Delete(string[] except)
    {
        foreach (var path in Checkpoints().Except(except))
        {
            File.Delete(path);
        }
    }

    // Only what this class names so: a user may keep other files here.
    private IEnumerable<string> Checkpoints() => Directory.GetFiles(Path).Where(path => NameForm().IsMatch(path));

    private string Numbered(int count) => Inside($"checkpoint-{count:00000000}.safetensors");

    private string Inside(string name) => System.IO.Path.Combine(Path, name);

    [GeneratedRegex(@"[/\\]checkpoint-(?<number>[0-9]{8})\.safetensors$")]
    private static partial Regex NameForm();
}
