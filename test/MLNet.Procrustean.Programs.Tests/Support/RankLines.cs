using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Support;

/// <summary>What the processes of the small program of the tests have said.</summary>
internal static class RankLines
{
    /// <summary>Each process has ended well, and has said these lines and no others.</summary>
    public static void AssertAllSay(ChildProcess run, int processes, params string[] lines)
    {
        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Errors);
        for (var rank = 0; rank < processes; rank++)
        {
            var prefix = $"[{rank}/{processes}] ";
            var said = run
                .Output.Split('\n')
                .Select(line => line.TrimEnd('\r'))
                .Where(line => line.StartsWith(prefix, StringComparison.Ordinal));
            Assert.That(said.Select(line => line[prefix.Length..]), Is.EqualTo(lines), run.Output + run.Errors);
        }
    }
}
