namespace Shared;

/// <summary>
/// A line that a terminal shows and that is written over as the program goes on; where the output is redirected, only lines that stay are
/// written.
/// </summary>
internal sealed class LiveLine
{
    private int length; // of the text that is to be written over

    /// <summary>Whether there is a terminal to show it; those that mpirun gives its processes have no width.</summary>
    public static bool IsShown { get; } = !Console.IsOutputRedirected && Console.WindowWidth > 1;

    /// <summary>Writes over the line.</summary>
    public void Show(string text)
    {
        if (IsShown)
        {
            Write(text.Length < Console.WindowWidth ? text : text[..Math.Max(0, Console.WindowWidth - 1)]); // a longer one would wrap
            length = text.Length;
        }
    }

    /// <summary>Writes over the line and leaves the text there; what is shown next stands below it.</summary>
    public void Keep(string text)
    {
        Write(text);
        Console.WriteLine();
        length = 0;
    }

    /// <summary>Writes a line to the error stream, not into the one that is shown.</summary>
    public void Tell(string message)
    {
        Clear();
        Console.Error.WriteLine(message);
    }

    /// <summary>Makes room for what others write.</summary>
    public void Clear()
    {
        if (length > 0)
        {
            Write("");
            Console.Write('\r');
            length = 0;
        }
    }

    private void Write(string text) => Console.Write(!IsShown ? text : $"\r{text.PadRight(Math.Min(length, Console.WindowWidth - 1))}");
}
