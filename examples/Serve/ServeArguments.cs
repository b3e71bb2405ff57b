using System.CommandLine;

namespace Serve;

/// <summary>The command line of the server. What it lacks may be in appsettings.json or in variables of the environment.</summary>
internal sealed class ServeArguments
{
    private static readonly Limits Defaults = new();

    private readonly Argument<FileInfo> model = new("MODEL")
    {
        Description = "The model: a .zip that ML.NET saved, or an .onnx that SaveOnnx wrote.",
    };

    private readonly Option<string?> urls = new("--urls")
    {
        Description = "The addresses to listen on, with ; between them. By default http://localhost:5000.",
    };

    private readonly Option<int> atOnce = new($"--{nameof(Limits.AtOnce)}")
    {
        Description = $"Requests whose image is being received or scored. By default {Defaults.AtOnce}.",
    };

    private readonly Option<int> waiting = new($"--{nameof(Limits.Waiting)}")
    {
        Description = $"Requests that wait until one of those is done; further ones are answered with 503. By default {Defaults.Waiting}.",
    };

    private readonly Option<int> together = new($"--{nameof(Limits.Together)}")
    {
        Description = $"The most images that are scored together. By default {Defaults.Together}.",
    };

    private readonly Option<long> maximumBytes = new($"--{nameof(Limits.MaximumBytes)}")
    {
        Description = $"The largest body: an image, or a form with one. By default {Defaults.MaximumBytes}.",
    };

    private readonly Option<double> timeoutSeconds = new($"--{nameof(Limits.TimeoutSeconds)}")
    {
        Description = $"The longest that a request takes once it no longer waits. By default {Defaults.TimeoutSeconds}.",
    };

    public RootCommand Command =>
        new(
            """
            Answers which class an image is of, over HTTP, with a model that was trained on an image folder.

            POST /classify with an image, as the body or as the file of a form, answers
            {"class":"bolt","probabilities":{"bolt":0.98,"nut":0.02}}:
              curl --data-binary @image.png http://localhost:5000/classify
              curl -F file=@image.png http://localhost:5000/classify
            GET /health answers 200 while it serves. On SIGTERM or Ctrl+C it finishes the requests in flight, and ends.
            """
        )
        {
            model,
            urls,
            atOnce,
            waiting,
            together,
            maximumBytes,
            timeoutSeconds,
        };

    public string Model(ParseResult given) => $"{given.GetValue(model)}";

    public string? Urls(ParseResult given) => given.GetValue(urls);

    /// <exception cref="ArgumentException">A limit is one with which nothing could be served.</exception>
    /// <exception cref="InvalidOperationException">A setting is not a number.</exception>
    public Limits ReadLimits(ParseResult given, IConfiguration settings)
    {
        var set = settings.Get<Limits>() ?? Defaults;
        var limits = new Limits
        {
            AtOnce = Given(atOnce, set.AtOnce),
            Waiting = Given(waiting, set.Waiting),
            Together = Given(together, set.Together),
            MaximumBytes = Given(maximumBytes, set.MaximumBytes),
            TimeoutSeconds = Given(timeoutSeconds, set.TimeoutSeconds),
        };
        limits.Check();
        return limits;

        T Given<T>(Option<T> option, T otherwise)
            where T : struct => given.GetResult(option) is null ? otherwise : given.GetValue(option);
    }
}
