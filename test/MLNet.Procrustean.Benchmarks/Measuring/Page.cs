namespace MLNet.Procrustean.Benchmarks.Measuring;

/// <summary>
/// The text of a run: each paragraph is printed at once, and written to a file if one is named, so that a stopped run leaves its results.
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
