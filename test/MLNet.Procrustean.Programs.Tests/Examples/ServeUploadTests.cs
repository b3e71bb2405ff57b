using System.ComponentModel;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Procrustean.Programs.Tests.Support;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Examples;

/// <summary>The ways to send an image to the server: as the body, or as the file of a form.</summary>
public sealed class ServeUploadTests
{
    private const int MaximumBytes = 20_000;
    private const string HowTo = "curl --data-binary @image.png";
    private readonly TemporaryFolder folder = new();
    private readonly TinyModel tiny = TinyModel.Shared;
    private byte[] image = [];
    private ServeProcess server = null!;

    [OneTimeSetUp]
    public void StartAServer()
    {
        image = File.ReadAllBytes(tiny.Paths[0]);
        File.WriteAllBytes(Path.Combine(folder.Path, "image.png"), image);
        var model = Path.Combine(folder.Path, "model.zip");
        tiny.Context.Model.Save(new TransformerChain<ITransformer>(tiny.Keys, tiny.Classifier), tiny.Images.Schema, model);
        server = new(model, $"--MaximumBytes={MaximumBytes}");
    }

    [OneTimeTearDown]
    public void EndIt()
    {
        server.Dispose();
        folder.Dispose();
    }

    [TestCase(null)]
    [TestCase("application/octet-stream")]
    [TestCase("image/png")]
    [TestCase("IMAGE/PNG; charset=binary")]
    [TestCase("application/x-www-form-urlencoded", Description = "as curl --data-binary sends it")]
    public async Task Classify_ImageAsTheBody_IsAnswered(string? type) => await AssertScored(await Post(image, type));

    [Test]
    public async Task Classify_FormWithAFile_IsAnsweredAsTheBodyIs()
    {
        using var form = Form(("file", image));
        form.Add(new StringContent("a note"), "note");
        await AssertScored(await server.Client.PostAsync("classify", form));
    }

    [Test]
    public async Task Classify_FormWithAnotherNameOfTheFile_IsAnswered()
    {
        using var form = Form(("photo", image));
        await AssertScored(await server.Client.PostAsync("classify", form));
    }

    [Test]
    public async Task Classify_FormWithoutAFile_Answers400WithWhatToSend()
    {
        using var form = new MultipartFormDataContent { { new StringContent("image.png"), "file" } };
        await AssertRefused(await server.Client.PostAsync("classify", form), HttpStatusCode.BadRequest, "has no file", HowTo);
    }

    [Test]
    public async Task Classify_FormWithTwoFiles_Answers400WithWhatToSend()
    {
        using var form = Form(("one", image), ("two", image));
        await AssertRefused(
            await server.Client.PostAsync("classify", form),
            HttpStatusCode.BadRequest,
            "has 2 files",
            "curl -F file=@image.png"
        );
    }

    [TestCase("", "is empty")]
    [TestCase("text", "no image that can be read")]
    public async Task Classify_FormWithAFileThatIsNoImage_Answers400WithWhatIsWrong(string content, string message)
    {
        using var form = Form(("file", Encoding.UTF8.GetBytes(content)));
        await AssertRefused(await server.Client.PostAsync("classify", form), HttpStatusCode.BadRequest, "The file of the form: ", message);
    }

    [Test]
    public async Task Classify_FormThatIsCutShort_Answers400()
    {
        using var form = Form(("file", image));
        var whole = await form.ReadAsByteArrayAsync();
        await AssertRefused(
            await Post(whole[..(whole.Length / 2)], $"{form.Headers.ContentType}"),
            HttpStatusCode.BadRequest,
            "damaged or cut short"
        );
        await AssertRefused(await Post(whole, "multipart/form-data"), HttpStatusCode.BadRequest, "damaged or cut short");
    }

    [Test]
    public async Task Classify_FormThatIsTooLarge_Answers413([Values] bool chunked)
    {
        using var form = Form(("file", new byte[MaximumBytes]));
        using var request = new HttpRequestMessage(HttpMethod.Post, "classify") { Content = form };
        request.Headers.ExpectContinue = true;
        request.Headers.TransferEncodingChunked = chunked;
        await AssertRefused(await server.Client.SendAsync(request), HttpStatusCode.RequestEntityTooLarge, $"{MaximumBytes}");
    }

    [TestCase("application/json", "{\"image\":\"iVBORw0KGgo=\"}")]
    [TestCase("text/plain", "image.png")]
    [TestCase("multipart/mixed", "")]
    [TestCase("application/x-www-form-urlencoded", "file=image.png")]
    public async Task Classify_AnotherContentType_Answers415WithWhatToSend(string type, string body) =>
        await AssertRefused(
            await Post(Encoding.UTF8.GetBytes(body), type),
            HttpStatusCode.UnsupportedMediaType,
            type,
            $"{HowTo} {server.Client.BaseAddress}classify",
            $"curl -F file=@image.png {server.Client.BaseAddress}classify"
        );

    [Test]
    [Platform(Exclude = "Win")]
    public void Curl_LinesOfTheReadmeAndOfTheHelp_AreAnswered()
    {
        var readme = CurlLines(File.ReadAllText(Path.Combine(Repository.Root, "README.md")));
        var help = CurlLines(ChildProcess.Dotnet([ExampleProgram.Path("Serve"), "--help"]).Output);

        Assert.That(readme, Has.Length.EqualTo(2));
        Assert.That(help, Is.EqualTo(readme));
        foreach (var line in readme)
        {
            Assert.That(Curl(line), Does.StartWith("{\"class\":\""), line);
        }

        Assert.That(
            Curl("curl -d @image.png http://localhost:5000/classify"),
            Does.Contain("415").And.Contain("leaves out").And.Contain(HowTo)
        );
    }

    private static string[] CurlLines(string text) =>
        [.. Regex.Matches(text, @"^\s*(curl .*?)\s*(#.*)?$", RegexOptions.Multiline).Select(match => match.Groups[1].Value)];

    private string Curl(string line)
    {
        var address = $"{server.Client.BaseAddress}".TrimEnd('/');
        string[] words = [.. line.Split(' ').Select(word => word.Replace("http://localhost:5000", address, StringComparison.Ordinal))];
        try
        {
            return ChildProcess.Run(words[0], [.. words[1..], "--silent"], folder.Path).Output;
        }
        catch (Win32Exception)
        {
            Assert.Ignore("curl is not installed");
            throw;
        }
    }

    private static MultipartFormDataContent Form(params (string Name, byte[] Bytes)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, bytes) in files)
        {
            form.Add(new ByteArrayContent(bytes), name, $"{name}.png");
        }

        return form;
    }

    private async Task<HttpResponseMessage> Post(byte[] body, string? type)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return await server.Client.PostAsync("classify", content);
    }

    private async Task AssertScored(HttpResponseMessage answer)
    {
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        var probabilities = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("probabilities");
        Assert.That(
            tiny.Classifier.ClassNames.Select(name => probabilities.GetProperty(name).GetSingle()),
            Is.EqualTo(tiny.Scores()[0]).Within(1e-5)
        );
    }

    private static async Task AssertRefused(HttpResponseMessage answer, HttpStatusCode status, params string[] messages)
    {
        var text = await answer.Content.ReadAsStringAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.StatusCode, Is.EqualTo(status), text);
            Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"));
            Assert.That(text, Does.Not.Contain(" at Microsoft"));
            foreach (var message in messages)
            {
                Assert.That(text, Does.Contain(message));
            }
        }
    }
}
