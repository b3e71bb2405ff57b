using System.Globalization;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>
/// What the reliability tests tried: the entries of docs/reliability.md, which build/reliability.sh writes.
/// </summary>
/// <remarks>
/// A test calls it last, so that only faults that were survived are recorded. Such tests are of the category <see cref="Category"/>; those
/// that take minutes are explicit and of the category <see cref="LongCategory"/> instead.
/// </remarks>
internal static class FaultsTried
{
    public const string Category = "Reliability";
    public const string LongCategory = "LongReliability";

    private const string Folder = "MLNET_PROCRUSTEAN_FAULTS"; // an environment variable; unset, nothing is written
    private static readonly Lock Recording = new();

    /// <summary>
    /// Records an entry. The cases of one test are summed; of two tests with the same area and fault, the one with more tries is kept.
    /// </summary>
    /// <param name="area">What was tested, such as "Model files".</param>
    /// <param name="fault">What was done to it, such as "bytes and lengths changed at random".</param>
    /// <param name="tried">How often.</param>
    /// <param name="outcome">The result, such as "refused with an InvalidDataException; the earlier file is unchanged".</param>
    public static void Record(string area, string fault, long tried, string outcome)
    {
        if (Environment.GetEnvironmentVariable(Folder) is not { Length: > 0 } folder)
        {
            return;
        }

        string[] cells = [area, fault, tried.ToString(CultureInfo.InvariantCulture), outcome, TestContext.CurrentContext.Test.FullName];
        Assert.That(cells, Has.None.Contains('|').And.None.Contains('\n'), "a part of an entry holds no bar and no line break");
        lock (Recording)
        {
            File.AppendAllLines(Path.Combine(Directory.CreateDirectory(folder).FullName, "faults.txt"), [string.Join('|', cells)]);
        }
    }
}
