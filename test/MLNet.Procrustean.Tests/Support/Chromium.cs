using System.Diagnostics;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>Debian's browser without a window, to check how pages look; tests are skipped where it is not installed.</summary>
internal static class Chromium
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    /// <summary>
    /// Opens a page without network access and with these additional arguments; returns what was written to the output and to the log.
    /// </summary>
    public static (string Output, string Log) Open(string page, TemporaryFolder profile, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            Path(),
            [
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--no-first-run",
                "--disable-background-networking",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--enable-logging=stderr",
                "--v=0",
                $"--user-data-dir={profile.Path}/profile",
                .. arguments,
                new Uri(page).AbsoluteUri,
            ]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, log) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The browser took longer than {Limit} for {page}.");
        }

        Assert.That(process.ExitCode, Is.Zero, log.Result);
        return (output.Result, log.Result);
    }

    private static string Path()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator);
        var found = folders.SelectMany(folder => Names.Select(name => System.IO.Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (found is null)
        {
            Assert.Ignore($"There is no browser on the PATH ({string.Join(", ", Names)}); on Debian, apt-get install chromium brings one.");
        }

        return found!;
    }
}
