using Microsoft.AspNetCore.RateLimiting;
using Microsoft.ML;
using MLNet.Procrustean;
using Serve;
using Shared;

// Answers which class an image is of, over HTTP: one model for all requests, with a limit on everything that a client can ask for.
var arguments = new ServeArguments();
var command = arguments.Command;
command.SetAction(
    async (given, _) =>
    {
        var builder = WebApplication.CreateSlimBuilder();
        try
        {
            var limits = arguments.ReadLimits(given, builder.Configuration);
            var ml = new MLContext();
            var scoring = new BatchedScoring(ml, SavedModel.Load(ml, arguments.Model(given)), limits.Together);
            if (arguments.Urls(given) is { } urls)
            {
                builder.WebHost.UseUrls(urls);
            }

            AddServices(builder, scoring, limits);
        }
        catch (Exception problem)
        {
            Console.Error.WriteLine(problem.Message.ReplaceLineEndings(" "));
            return 1;
        }

        await Serve(builder);
        return 0;
    }
);
return await CommandLine.Run(command, args, new() { ProcessTerminationTimeout = null }); // the server itself ends in an orderly way

static void AddServices(WebApplicationBuilder builder, BatchedScoring scoring, Limits limits)
{
    builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning); // not a line for each request
    builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = limits.MaximumBytes);
    builder.Services.AddSingleton(_ => scoring).AddHostedService(services => services.GetRequiredService<BatchedScoring>());
    builder.Services.AddProblemDetails().AddHealthChecks();
    builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ClassificationJson.Default));
    builder.Services.AddRequestTimeouts(timeouts => timeouts.AddPolicy(nameof(Classify), TimeSpan.FromSeconds(limits.TimeoutSeconds)));
    builder.Services.AddRateLimiter(limiter =>
    {
        limiter.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
        limiter.OnRejected = (rejected, _) =>
        {
            rejected.HttpContext.Response.Headers.RetryAfter = "1"; // seconds
            return ValueTask.CompletedTask;
        };
        limiter.AddConcurrencyLimiter(nameof(Classify), limit => (limit.PermitLimit, limit.QueueLimit) = (limits.AtOnce, limits.Waiting));
    });
}

static async Task Serve(WebApplicationBuilder builder)
{
    await using var app = builder.Build();
    app.UseExceptionHandler();
    app.UseStatusCodePages(); // every error has a body, as JSON
    app.UseRateLimiter();
    app.UseRequestTimeouts(); // within the limiter: the time in its queue does not count
    app.MapHealthChecks("/health");
    app.MapPost("/classify", Classify).RequireRateLimiting(nameof(Classify)).WithRequestTimeout(nameof(Classify));
    await app.RunAsync();
}

static async Task<IResult> Classify(HttpRequest request, BatchedScoring scoring, CancellationToken cancelled)
{
    var origin = "";
    try
    {
        var image = await UploadedImage.Receive(request, cancelled);
        origin = image.Origin;
        return Results.Ok(await scoring.Classify(image.Bytes, cancelled));
    }
    catch (ImageException problem)
    {
        return UploadedImage.RefusalOfEncodedForm(request) is { } refusal
            ? Results.Problem(refusal.Message, statusCode: refusal.StatusCode)
            : Results.Problem(
                problem.Message.Replace(problem.Origin, origin, StringComparison.Ordinal),
                statusCode: StatusCodes.Status400BadRequest
            );
    }
    catch (BadHttpRequestException problem) // also what is too large, too slow, or broken off
    {
        return Results.Problem(problem.Message, statusCode: problem.StatusCode);
    }
}
