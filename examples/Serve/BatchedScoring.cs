using System.Threading.Channels;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean;

namespace Serve;

/// <summary>Scores images of concurrent requests together, which is several times faster than one by one.</summary>
/// <remarks>
/// A batch is whatever has come while the one before it was scored: a lone image never waits for others.
/// </remarks>
internal sealed class BatchedScoring : BackgroundService
{
    // The rate limiter bounds how many there are.
    private readonly Channel<Request> requests = Channel.CreateUnbounded<Request>(new() { SingleReader = true });
    private readonly ITransformer model;
    private readonly int together;
    private readonly IDataView scored;
    private readonly string[] classes;
    private IReadOnlyList<Request> batch = [];

    /// <param name="ml">The context to score in.</param>
    /// <param name="model">The model, which this disposes.</param>
    /// <param name="together">The most images to score at once, at least 1; the library itself scores no more than 64 at once.</param>
    public BatchedScoring(MLContext ml, ITransformer model, int together)
    {
        this.model = model;
        this.together = together;
        scored = model.Transform(ml.Data.LoadFromEnumerable(Uploads())); // made once, and read again for each batch
        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["Score"].GetSlotNames(ref names);
        classes = [.. names.DenseValues().Select(name => name.ToString())];
    }

    /// <summary>Tells how probable each class is for an encoded image.</summary>
    /// <exception cref="ImageException">The image cannot be read.</exception>
    public Task<Classification> Classify(byte[] image, CancellationToken cancelled)
    {
        var request = new Request(image, new(TaskCreationOptions.RunContinuationsAsynchronously), cancelled);
        requests.Writer.TryWrite(request);
        return request.Answer.Task.WaitAsync(cancelled);
    }

    public override void Dispose()
    {
        base.Dispose();
        (model as IDisposable)?.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await requests.Reader.WaitToReadAsync(stoppingToken))
        {
            var waiting = new List<Request>();
            while (waiting.Count < together && requests.Reader.TryRead(out var request))
            {
                if (!request.Cancelled.IsCancellationRequested)
                {
                    waiting.Add(request);
                }
            }

            Answer(waiting);
        }
    }

    private void Answer(IReadOnlyList<Request> some)
    {
        try
        {
            batch = some;
            foreach (var (request, scores) in some.Zip([.. scored.GetColumn<float[]>("Score")]))
            {
                request.Answer.SetResult(Classification.Of(classes, scores));
            }
        }
        catch (ImageException) when (some.Count > 1)
        {
            foreach (var request in some)
            {
                Answer([request]); // so that a bad image does not fail the others
            }
        }
        catch (Exception problem)
        {
            foreach (var request in some)
            {
                request.Answer.TrySetException(problem);
            }
        }
    }

    // Runs again each time that the rows are read.
    private IEnumerable<Upload> Uploads()
    {
        foreach (var request in batch)
        {
            yield return new() { ImagePath = request.Image };
        }
    }

    private sealed record Request(byte[] Image, TaskCompletionSource<Classification> Answer, CancellationToken Cancelled);
}
