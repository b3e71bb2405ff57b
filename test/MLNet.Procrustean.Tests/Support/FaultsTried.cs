using System.Globalization;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>
/// What tests of reliability tried and survived: the rows of the table in docs/reliability.md, which build/reliability.sh writes.
/// </summary>
/// <remarks>
/// A test calls it last, so that only what was survived is told. Tests of this kind are of the category <see cref="Category"/>; those that
/// take minutes are explicit besides, and of the category <see cref="LongCategory"/> instead.
/// </remarks>
internal static class FaultsTried
{
    public const string Category = "Reliability";
    public const string LongCategory = "LongReliability";

    private const string Folder = "MLNET_PROCRUSTEAN_FAULTS"; // an environment variable; unset, nothing is written
    private static readonly Lock Recording = new();

    /// <summary>
    /// Writes a row. The cases of one test are summed; of two tests with the same area and fault the table keeps the one with more tries.
    /// </summary>
    /// <param name="area">What was put to the test, as "Model files".</param>
    /// <param name="fault">What was done to it, as "mutated: bits, lengths, names, order".</param>
    /// <param name="tried">How often.</param>
    /// <param name="outcome">What came of it, and what was lost, as "refused with a documented exception; nothing lost".</param>
    public static void Record(string area, string fault, long tried, string outcome)
    {
        if (Environment.GetEnvironmentVariable(Folder) is not { Length: > 0 } folder)
        {
            return;
        }

        string[] cells = [area, fault, tried.ToString(CultureInfo.InvariantCulture), outcome, TestContext.CurrentContext.Test.FullName];
        Assert.That(cells, Has.None.Contains('|').And.None.Contains('\n'), "a cell of the table holds no bar and no line break");
        lock (Recording)
        {
            File.AppendAllLines(Path.Combine(Directory.CreateDirectory(folder).FullName, "faults.txt"), [string.Join('|', cells)]);
        }
    }
}
