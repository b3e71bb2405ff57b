namespace Serve;

/// <summary>How much the server takes at once; options of its command line have these names.</summary>
internal sealed record Limits
{
    /// <summary>
    /// Requests whose image is being received or scored. Times <see cref="MaximumBytes"/>, it bounds the memory that images take before
    /// they are decoded.
    /// </summary>
    public int AtOnce { get; init; } = 64;

    /// <summary>
    /// Requests that wait until one of those is done. Further ones are answered with 503, for the client to try again later.
    /// </summary>
    public int Waiting { get; init; } = 256;

    /// <summary>The most images that are scored together; 1 scores each by itself.</summary>
    public int Together { get; init; } = 64;

    /// <summary>The largest body of a request: an image, or a form with one and the lines around it.</summary>
    public long MaximumBytes { get; init; } = 10_000_000;

    /// <summary>The longest that a request takes once it no longer waits, from 0.001 to 1,000,000 seconds.</summary>
    public double TimeoutSeconds { get; init; } = 30;

    /// <summary>Refuses limits with which nothing could be served.</summary>
    /// <exception cref="ArgumentException">A limit is too small, or the timeout too long.</exception>
    public void Check()
    {
        foreach (
            var (name, value, least) in new[]
            {
                (nameof(AtOnce), AtOnce, 1),
                (nameof(Waiting), Waiting, 0),
                (nameof(Together), Together, 1),
                (nameof(MaximumBytes), MaximumBytes, 1L),
            }
        )
        {
            if (value < least)
            {
                throw new ArgumentException($"--{name} is {value}; it must be at least {least}.");
            }
        }

        if (!(TimeoutSeconds is >= 0.001 and <= 1_000_000))
        {
            throw new ArgumentException($"--{nameof(TimeoutSeconds)} is {TimeoutSeconds}; it must be from 0.001 to 1,000,000.");
        }
    }
}
