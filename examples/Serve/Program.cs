using Microsoft.AspNetCore.RateLimiting;
using Microsoft.ML;
using MLNet.Procrustean;
using Serve;

// Answers which class an image is of, over HTTP: one model for all requests, with a limit on everything that a client can ask for.
const string help = """
    Answers which class an image is of, over HTTP, with a model that was trained on an image folder.

    Usage: Serve MODEL.zip [--urls http://127.0.0.1:5000] [--AtOnce 64] [--Waiting 256] [--Together 64]
                 [--MaximumBytes 10000000] [--TimeoutSeconds 30]

    POST /classify with an encoded image as the body answers {"class":"bolt","probabilities":{"bolt":0.98,"nut":0.02}}.
    GET /health answers 200 while it serves. On SIGTERM or Ctrl+C it finishes the requests in flight, and ends.
    """;

if (args is ["-h" or "--help" or "-?"])
{
    Console.WriteLine(help);
    return 0;
}

if (args.Length < 1)
{
    Console.Error.WriteLine(help);
    return 2;
}

var builder = WebApplication.CreateSlimBuilder(args[1..]);
Limits limits;
BatchedScoring scoring;
try
{
    limits = builder.Configuration.Get<Limits>() ?? new();
    limits.Check();
    var ml = new MLContext();
    scoring = new(ml, SavedModel.Load(ml, args[0]), limits.Together);
}
catch (Exception problem)
{
    // ML.NET's own message is often general; its causes are what helps.
    for (var cause = problem; cause is not null; cause = cause.InnerException)
    {
        Console.Error.WriteLine(cause.Message);
    }

    return 1;
}

const string classify = "classify";
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning); // not a line for each request
builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = limits.MaximumBytes);
builder.Services.AddHostedService(_ => scoring); // stopped after the server, and disposed with it
builder.Services.AddProblemDetails().AddHealthChecks();
builder.Services.AddRequestTimeouts();
builder.Services.AddRateLimiter(limiter =>
{
    limiter.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
    limiter.OnRejected = (rejected, _) =>
    {
        rejected.HttpContext.Response.Headers.RetryAfter = "1"; // seconds
        return ValueTask.CompletedTask;
    };
    limiter.AddConcurrencyLimiter(classify, limit => (limit.PermitLimit, limit.QueueLimit) = (limits.AtOnce, limits.Waiting));
});

await using var app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages(); // every error has a body, as JSON
app.UseRateLimiter();
app.UseRequestTimeouts(); // within the limiter: the time in its queue does not count
app.MapHealthChecks("/health");
app.MapPost("/classify", async (HttpRequest request, CancellationToken cancelled) =>
    {
        try
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, cancelled);
            return Results.Ok(await scoring.Classify(body.ToArray(), cancelled));
        }
        catch (ImageException problem)
        {
            return Results.Problem(
                problem.Message.Replace(problem.Origin, "The body", StringComparison.Ordinal),
                statusCode: StatusCodes.Status400BadRequest
            );
        }
        catch (BadHttpRequestException problem) // too large, too slow, or broken off
        {
            return Results.Problem(problem.Message, statusCode: problem.StatusCode);
        }
    })
    .RequireRateLimiting(classify)
    .WithRequestTimeout(TimeSpan.FromSeconds(limits.TimeoutSeconds));
await app.RunAsync();
return 0;
