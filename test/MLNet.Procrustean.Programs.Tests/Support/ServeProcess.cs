using System.Collections.Concurrent;
using System.Diagnostics;
using MLNet.Procrustean.Tests.Support;

namespace MLNet.Procrustean.Programs.Tests.Support;

/// <summary>The example Serve as a process of its own, on a free port that no other machine sees.</summary>
internal sealed class ServeProcess : IDisposable
{
    private const string Listening = "Now listening on: ";
    private readonly Process process;
    private readonly ConcurrentQueue<string> written = [];
    private readonly TaskCompletionSource<Uri> address = new();

    /// <summary>Starts it, and waits until it listens.</summary>
    public ServeProcess(string model, params string[] options)
    {
        process = ChildProcess.Start([ExampleProgram.Path("Serve"), model, "--urls", "http://127.0.0.1:0", .. options], line =>
        {
            written.Enqueue(line);
            if (line.Split(Listening) is [_, var url])
            {
                address.TrySetResult(new(url));
            }
        });
        if (!address.Task.Wait(TimeSpan.FromMinutes(1)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The server does not listen: {Written}");
        }

        Client = new() { BaseAddress = address.Task.Result };
    }

    public HttpClient Client { get; }

    public string Written => string.Join('\n', written);

    /// <summary>Its resident memory, in megabytes of 10^6 bytes.</summary>
    public double ResidentMegabytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1e6;
        }
    }

    public Task<HttpResponseMessage> Classify(byte[] image) => Client.PostAsync("classify", new ByteArrayContent(image));

    /// <summary>Asks it to end, as a service manager does.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        kill.WaitForExit();
    }

    public int ExitCode()
    {
        Assert.That(process.WaitForExit(TimeSpan.FromSeconds(60)), Is.True, Written);
        return process.ExitCode;
    }

    public void Dispose()
    {
        Client.Dispose();
        process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
