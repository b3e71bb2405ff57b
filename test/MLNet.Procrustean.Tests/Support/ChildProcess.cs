using System.Diagnostics;

namespace MLNet.Procrustean.Tests.Support;

/// <summary>What a program did that ran to its end.</summary>
internal sealed record ChildProcess(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private static string Host =>
        Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";

    /// <summary>Whether a program is on the PATH.</summary>
    public static bool CanStart(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>The folder of a program under examples, built in the configuration of these tests.</summary>
    public static string FolderOfExample(string name) => FolderOfProgram($"examples/{name}");

    /// <summary>The same for a project anywhere in the repository.</summary>
    public static string FolderOfProgram(string projectFolder)
    {
        var output = new DirectoryInfo(TestContext.CurrentContext.TestDirectory); // test/PROJECT/bin/CONFIGURATION/...
        var project = output;
        while (project.Name != "bin")
        {
            project = project.Parent!;
        }

        var inside = Path.GetRelativePath(project.FullName, output.FullName);
        return Path.Combine(Repository.Root, projectFolder, "bin", inside);
    }

    /// <summary>
    /// Runs dotnet with these arguments and one thread for libtorch; the variables are set, or unset where null, for it alone.
    /// </summary>
    public static ChildProcess Dotnet(
        IEnumerable<string> arguments,
        string? folder = null,
        Dictionary<string, string?>? variables = null
    ) => Run(Host, arguments, folder, variables);

    /// <summary>Runs another program.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    public static ChildProcess Run(
        string program,
        IEnumerable<string> arguments,
        string? folder = null,
        Dictionary<string, string?>? variables = null
    )
    {
        using var process = Begin(program, arguments, folder, variables);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} took longer than {Limit}.");
        }

        return new(process.ExitCode, output.Result, errors.Result);
    }

    /// <summary>
    /// Starts dotnet with these arguments, for the caller to end and to dispose; what it writes is given line by line, or thrown away.
    /// </summary>
    public static Process Start(IEnumerable<string> arguments, Action<string>? onLine = null) => StartProgram(Host, arguments, onLine);

    /// <summary>Starts dotnet with these arguments, and kills it as soon as that holds, or after two minutes.</summary>
    public static void KillOnce(Func<bool> condition, IEnumerable<string> arguments)
    {
        using var process = Start(arguments);
        for (var clock = Stopwatch.StartNew(); !condition() && clock.Elapsed < TimeSpan.FromMinutes(2) && !process.HasExited; )
        {
            Thread.Sleep(1);
        }

        process.Kill(); // SIGKILL, or TerminateProcess
        process.WaitForExit();
    }

    /// <summary>Starts another program in the same way.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    public static Process StartProgram(
        string program,
        IEnumerable<string> arguments,
        Action<string>? onLine = null,
        Dictionary<string, string?>? variables = null
    )
    {
        var process = Begin(program, arguments, variables: variables);
        process.OutputDataReceived += (_, written) => onLine?.Invoke(written.Data ?? "");
        process.ErrorDataReceived += (_, written) => onLine?.Invoke(written.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static Process Begin(
        string program,
        IEnumerable<string> arguments,
        string? folder = null,
        Dictionary<string, string?>? variables = null
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        // The networks of tests gain nothing from more threads, which wait for each other by spinning while other tests run.
        start.Environment["OMP_NUM_THREADS"] = "1";
        foreach (var (name, value) in variables ?? [])
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
