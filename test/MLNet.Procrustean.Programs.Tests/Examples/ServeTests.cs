using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.ML;
using MLNet.Procrustean.Programs.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>The server of a model, as a process of its own, asked over the loopback.</summary>
[Category(FaultsTried.Category)]
public sealed class ServeTests
{
    private const int MaximumBytes = 100_000;
    private readonly TemporaryFolder folder = new();
    private readonly TinyModel tiny = TinyModel.Shared;
    private byte[][] images = [];
    private string model = "";
    private ServeProcess server = null!;

    [OneTimeSetUp]
    public void StartAServer()
    {
        images = [.. tiny.Paths.Select(File.ReadAllBytes)];
        model = Path.Combine(folder.Path, "model.zip");
        tiny.Context.Model.Save(
            new Microsoft.ML.Data.TransformerChain<ITransformer>(tiny.Keys, tiny.Classifier),
            tiny.Images.Schema,
            model
        );
        server = new(model, "--MaximumBytes", $"{MaximumBytes}", "--TimeoutSeconds", "3");
    }

    [OneTimeTearDown]
    public void EndIt()
    {
        server.Dispose();
        folder.Dispose();
    }

    [Test]
    public async Task Classify_ManyAtOnceSomeBad_AnswersEachItsOwn()
    {
        var truncated = images.Select(image => image[..(image.Length / 2)]).ToArray();

        var answers = await Task.WhenAll(images.Concat(truncated.Take(4)).Select(server.Classify));

        var good = await Task.WhenAll(answers.Take(images.Length).Select(answer => answer.Content.ReadFromJsonAsync<JsonElement>()));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                answers.Select(answer => answer.StatusCode),
                Is.EqualTo(images.Select(_ => HttpStatusCode.OK).Concat(truncated.Take(4).Select(_ => HttpStatusCode.BadRequest)))
            );
            Assert.That(good.Select(ScoresIn), Is.EqualTo(tiny.Scores()).Within(1e-5));
            Assert.That(
                good.Select(one => one.GetProperty("class").GetString()),
                Is.EqualTo(tiny.Scores().Select(scores => tiny.Classifier.ClassNames[Array.IndexOf(scores, scores.Max())]))
            );
        }

        FaultsTried.Record(
            "Serving",
            "bad images among good ones of the same moment",
            4,
            "400 with what is wrong; the good ones are answered right"
        );
    }

    [TestCase("", "is empty")]
    [TestCase("/etc/passwd", "no image that can be read")]
    public async Task Classify_NoImage_Answers400WithoutPathsOfTheServer(string body, string message)
    {
        var answer = await server.Classify(System.Text.Encoding.UTF8.GetBytes(body));
        var text = await answer.Content.ReadAsStringAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"));
            Assert.That(
                text,
                Does.Contain("The body: ")
                    .And.Contain(message)
                    .And.Not.Contain("ImagePath")
                    .And.Not.Contain("/etc")
                    .And.Not.Contain(" at MLNet")
            );
        }
    }

    [Test]
    public async Task Classify_TooLarge_Answers413()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "classify")
        {
            Content = new ByteArrayContent(new byte[MaximumBytes + 1]),
        };
        request.Headers.ExpectContinue = true;
        var answer = await server.Client.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain($"{MaximumBytes}"));
    }

    [TestCase("health", HttpStatusCode.OK)]
    [TestCase("classify", HttpStatusCode.MethodNotAllowed)]
    [TestCase("model.zip", HttpStatusCode.NotFound)]
    public async Task Get_AnyRoute_AnswersWhetherThereIsOne(string path, HttpStatusCode status) =>
        Assert.That((await server.Client.GetAsync(path)).StatusCode, Is.EqualTo(status));

    [Test]
    public void Classify_BodyThatNeverComes_Answers504()
    {
        using var request = new HeldRequest(server.Client.BaseAddress!, "/classify", images[0]);
        Assert.That(request.Answer(), Does.StartWith("HTTP/1.1 504 "));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public async Task Terminated_WithRequestsInFlightAndWaiting_FinishesThemAndEndsWell()
    {
        using var busy = new ServeProcess(model, "--AtOnce", "1", "--Waiting", "1");
        using var held = new HeldRequest(busy.Client.BaseAddress!, "/classify", images[0]);
        List<Task<HttpResponseMessage>> more = [busy.Classify(images[1]), busy.Classify(images[1])];

        var refused = await Task.WhenAny(more); // one has to wait, and there is no room for the other
        more.Remove(refused);
        busy.Terminate();
        Assert.That(() => IsListening(busy.Client.BaseAddress!), Is.False.After(30_000, 20));
        var finished = held.Finish();
        var waited = await more.Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await refused).StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That((await refused).Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
            Assert.That(finished, Does.StartWith("HTTP/1.1 200 ").And.Contain("\"probabilities\":{\"cat\":"));
            Assert.That(waited.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(ScoresIn(await waited.Content.ReadFromJsonAsync<JsonElement>()), Is.EqualTo(tiny.Scores()[1]).Within(1e-5));
            Assert.That(busy.ExitCode(), Is.Zero, busy.Written);
        }

        FaultsTried.Record(
            "Serving",
            "terminated (SIGTERM) with a request in flight and one waiting",
            1,
            "takes no more, finishes both, exit code 0"
        );
    }

    [Test]
    public void Start_NoModel_SaysSoAndFails()
    {
        var run = ChildProcess.Dotnet([ExampleProgram.Path("Serve"), Path.Combine(folder.Path, "none.zip")]);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Errors, Does.Contain("none.zip").And.Not.Contain(" at "));
    }

    [TestCase("AtOnce", "0", "at least 1")]
    [TestCase("Together", "0", "at least 1")]
    [TestCase("TimeoutSeconds", "5000000", "from 0.001 to 1,000,000")]
    public void Start_LimitThatNothingIsServedWith_SaysSoAndFails(string name, string value, string allowed)
    {
        var run = ChildProcess.Dotnet([ExampleProgram.Path("Serve"), model, $"--{name}", value]);
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Errors, Does.Contain($"--{name} is {value}").And.Contain(allowed));
    }

    private static float[] ScoresIn(JsonElement answer) =>
        [.. TinyClasses.Select(name => answer.GetProperty("probabilities").GetProperty(name).GetSingle())];

    private static string[] TinyClasses => [.. TinyModel.Shared.Classifier.ClassNames];

    private static bool IsListening(Uri server)
    {
        try
        {
            using var connection = new TcpClient(server.Host, server.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
