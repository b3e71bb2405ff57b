namespace MLNet.Procrustean.Benchmarks.Measuring;

/// <summary>
/// The text as it grows: printed at once, and written to a file too where one is named, so that a run that is stopped leaves what it had.
/// </summary>
internal sealed class Page(string? path)
{
    private string text = "";

    public void Add(string paragraph)
    {
        text += text.Length == 0 ? $"{paragraph}\n" : $"\n{paragraph}\n";
        Console.WriteLine($"{paragraph}\n");
        if (path is not null)
        {
            File.WriteAllText(path, text);
        }
    }
}
