using System.Diagnostics;

namespace MLNet.Procrustean.Tests.Support.Fuzzing;

/// <summary>
/// Random inputs, one after the other on a watched thread: each must end soon, in one of the allowed ways, and without much memory.
/// </summary>
/// <param name="seed">The seed and the number of an input reproduce that input.</param>
internal sealed class Bombardment(int seed)
{
    private const int MostProblems = 5;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly SortedDictionary<string, int> outcomes = new(StringComparer.Ordinal);
    private readonly List<string> problems = [];
    private (int Number, long Begun) current;
    private (long Milliseconds, long Bytes) most;

    /// <summary>How often each outcome occurred, and the most time and memory that an input took.</summary>
    public override string ToString() =>
        $"{string.Join(", ", outcomes.Select(pair => $"{pair.Key} {pair.Value}"))}; "
        + $"at most {most.Milliseconds} ms and {most.Bytes / 1024.0 / 1024:0.0} MiB of managed memory";

    /// <summary>
    /// Runs the inputs. Fails if one hangs, takes more memory, or throws an exception that <paramref name="use"/> does not turn into an
    /// outcome.
    /// </summary>
    /// <param name="inputs">How many.</param>
    /// <param name="make">Makes an input.</param>
    /// <param name="use">Uses an input and returns the outcome in a word.</param>
    /// <param name="mostBytes">The managed memory that the use may allocate.</param>
    public void Run(int inputs, Func<Random, byte[]> make, Func<byte[], string> use, Func<byte[], long> mostBytes)
    {
        current = (0, Stopwatch.GetTimestamp());
        var thread = new Thread(() => UseAll(inputs, make, use, mostBytes)) { IsBackground = true };
        thread.Start();
        while (!thread.Join(TimeSpan.FromSeconds(1)))
        {
            var (number, begun) = current;
            Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(Limit), $"input {number} of seed {seed} does not end");
        }

        TestContext.Out.WriteLine($"seed {seed}, {inputs} inputs: {this}");
        Assert.That(problems, Is.Empty);
    }

    /// <summary>How many inputs had the outcome.</summary>
    public int Of(string outcome) => outcomes.GetValueOrDefault(outcome);

    private void UseAll(int inputs, Func<Random, byte[]> make, Func<byte[], string> use, Func<byte[], long> mostBytes)
    {
        for (var number = 0; number < inputs && problems.Count < MostProblems; number++)
        {
            try
            {
                current = (number, Stopwatch.GetTimestamp());
                var input = make(new Random(unchecked((seed * 1_000_003) + number)));
                Use(number, input, use, mostBytes(input));
            }
            catch (Exception problem)
            {
                problems.Add($"input {number} of seed {seed}: {problem}");
            }
        }
    }

    private void Use(int number, byte[] input, Func<byte[], string> use, long mostBytes)
    {
        var (begun, before) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        var outcome = use(input);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        most = (Math.Max(most.Milliseconds, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds), Math.Max(most.Bytes, bytes));
        if (bytes > mostBytes)
        {
            problems.Add($"input {number} of seed {seed}, {input.Length} bytes: {bytes} bytes were allocated, and {mostBytes} may be");
        }
    }
}
