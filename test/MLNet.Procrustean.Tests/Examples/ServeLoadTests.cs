using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Tests.Examples;

/// <summary>The server of a model under steady traffic.</summary>
public sealed class ServeLoadTests
{
    private const int Clients = 16;

    [Test]
    [Category(FaultsTried.LongCategory)]
    [Explicit("Minutes: run it after a change to the server or to scoring.")]
    public async Task Classify_SixteenClientsForMinutes_AnswersAllRightInFlatMemory()
    {
        using var folder = new TemporaryFolder();
        var tiny = TinyModel.Shared;
        var model = Path.Combine(folder.Path, "model.zip");
        tiny.Context.Model.Save(tiny.Classifier, tiny.Images.Schema, model);
        var (images, expected) = (tiny.Paths.Select(File.ReadAllBytes).ToArray(), tiny.Scores());
        using var server = new ServeProcess(model);
        var (latencies, memory) = (new List<double>[Clients], new List<double>());
        var (clock, duration) = (Stopwatch.StartNew(), LongTest.Duration(minutes: 5));

        var clients = Enumerable.Range(0, Clients).Select(async client =>
        {
            var own = latencies[client] = [];
            for (var request = client; clock.Elapsed < duration; request++)
            {
                var (image, bad) = (request % images.Length, request % 100 == 99);
                var begin = Stopwatch.GetTimestamp();
                using var answer = await server.Classify(bad ? images[image][..100] : images[image]);
                var found = await answer.Content.ReadFromJsonAsync<JsonElement>();
                own.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                Assert.That(answer.StatusCode, Is.EqualTo(bad ? HttpStatusCode.BadRequest : HttpStatusCode.OK));
                if (!bad)
                {
                    Assert.That(tiny.Classifier.ClassNames.Select(name => found.GetProperty("probabilities").GetProperty(name).GetSingle()), Is.EqualTo(expected[image]).Within(1e-5));
                }
            }
        }).ToList();
        while (clock.Elapsed < duration)
        {
            await Task.Delay(duration / 200);
            memory.Add(server.ResidentMegabytes);
        }

        await Task.WhenAll(clients);
        var sorted = latencies.SelectMany(own => own).Order().ToArray();
        TestContext.Out.WriteLine($"{sorted.Length} requests, {sorted.Length / clock.Elapsed.TotalSeconds:0} a second; p50 {sorted[sorted.Length / 2]:0.0} ms, p99 {sorted[sorted.Length * 99 / 100]:0.0} ms, longest {sorted[^1]:0.0} ms");
        LongTest.AssertFlat(memory);
        FaultsTried.Record("Serving", "16 clients without a pause, one image in a hundred bad", sorted.Length, "every answer right, every bad image 400, resident memory flat");
    }
}
