using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.ML;
using MLNet.Procrustean.Programs.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>The server of a model under steady traffic.</summary>
public sealed class ServeLoadTests
{
    private const int Clients = 16;
    private const int Seconds = 5; // of a block

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

        var clients = Enumerable
            .Range(0, Clients)
            .Select(async client =>
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
                        Assert.That(
                            tiny.Classifier.ClassNames.Select(name => found.GetProperty("probabilities").GetProperty(name).GetSingle()),
                            Is.EqualTo(expected[image]).Within(1e-5)
                        );
                    }
                }
            })
            .ToList();
        while (clock.Elapsed < duration)
        {
            await Task.Delay(duration / 200);
            memory.Add(server.ResidentMegabytes);
        }

        await Task.WhenAll(clients);
        var sorted = latencies.SelectMany(own => own).Order().ToArray();
        TestContext.Out.WriteLine(
            $"{sorted.Length} requests, {sorted.Length / clock.Elapsed.TotalSeconds:0} a second; p50 {sorted[sorted.Length / 2]:0.0} ms, "
                + $"p99 {sorted[sorted.Length * 99 / 100]:0.0} ms, longest {sorted[^1]:0.0} ms"
        );
        LongTest.AssertFlat(memory);
        FaultsTried.Record(
            "Serving",
            "16 clients without a pause, one image in a hundred bad",
            sorted.Length,
            "every answer right, every bad image 400, resident memory flat"
        );
    }

    /// <summary>Blocks in turns, so that a slow minute of the machine slows both ways alike.</summary>
    [Test]
    [Explicit("A minute: run it after a change to the server or to scoring.")]
    public async Task Classify_Together_ServesMoreThanOneByOne()
    {
        using var folder = new TemporaryFolder();
        ImageFolders.Write(folder, ("photos/cat", 20), ("photos/dog", 10));
        var model = Path.Combine(folder.Path, "model.zip");
        var images = Directory.GetFiles(folder.Path, "*.png", SearchOption.AllDirectories).Select(File.ReadAllBytes).ToArray();
        SaveResNet20(model, Path.Combine(folder.Path, "photos"));
        using var together = new ServeProcess(model);
        using var single = new ServeProcess(model, "--Together", "1");
        var blocks = new List<(double[] Together, double[] Single)>();
        for (var block = 0; block < 6; block++)
        {
            blocks.Add((await Latencies(together, images), await Latencies(single, images)));
        }

        var (pairs, median) = (blocks[1..], blocks.Count / 2 - 1); // the first warms up
        double[] Sorted(Func<(double[] Together, double[] Single), double> figure) => [.. pairs.Select(figure).Order()];
        foreach (
            var (name, side) in new (string, Func<(double[] Together, double[] Single), double[]>)[]
            {
                ("together", pair => pair.Together),
                ("one by one", pair => pair.Single),
            }
        )
        {
            TestContext.Out.WriteLine(
                $"{name}: {Sorted(pair => side(pair).Length / Seconds)[median]:0} requests a second, "
                    + $"p50 {Sorted(pair => side(pair)[side(pair).Length / 2])[median]:0.0} ms, "
                    + $"p99 {Sorted(pair => side(pair)[side(pair).Length * 99 / 100])[median]:0.0} ms"
            );
        }

        var ratio = Sorted(pair => (double)pair.Together.Length / pair.Single.Length)[median];
        TestContext.Out.WriteLine($"together ÷ one by one: {ratio:0.00}");
        Assert.That(ratio, Is.GreaterThan(1.2));
    }

    private static void SaveResNet20(string path, string photos)
    {
        var ml = new MLContext(seed: 1);
        var images = ml.Data.LoadImageFolder(photos);
        var options = TinyModel.Options with { Backbone = new CifarResNet(), ImageSize = 32, Epochs = 1, BatchSize = 10 };
        using var model = ml.Transforms.Conversion.MapValueToKey("Label").Append(TinyModel.Trainer(ml, options)).Fit(images);
        ml.Model.Save(model, images.Schema, path);
    }

    // In milliseconds, in order, of all clients together.
    private static async Task<double[]> Latencies(ServeProcess server, byte[][] images)
    {
        var clock = Stopwatch.StartNew();
        var all = await Task.WhenAll(
            Enumerable
                .Range(0, Clients)
                .Select(async client =>
                {
                    var own = new List<double>();
                    for (var request = client; clock.Elapsed.TotalSeconds < Seconds; request++)
                    {
                        var begin = Stopwatch.GetTimestamp();
                        using var answer = await server.Classify(images[request % images.Length]);
                        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
                        own.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                    }

                    return own;
                })
        );
        return [.. all.SelectMany(own => own).Order()];
    }
}
