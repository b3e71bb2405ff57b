using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using TorchSharp;

namespace MLNet.Procrustean.Benchmarks.Training;

/// <summary>PyTorch in a Python process that waits between its blocks.</summary>
/// <remarks>
/// The environment variable PYTORCH holds the command of the Python, such as "chroot /srv/trixie python3"; else it is python3 of the PATH,
/// if that has PyTorch. The program is passed in the command, so that the Python needs no access to its file.
/// </remarks>
internal sealed class PyTorch : IDisposable
{
    private const string Variable = "PYTORCH";
    private readonly Process process;

    private PyTorch(Process process, string version)
    {
        this.process = process;
        Version = version;
    }

    public string Version { get; }

    /// <summary>Starts it; null if there is no PyTorch and the variable is not set.</summary>
    /// <exception cref="InvalidOperationException">PYTORCH is set, and its command does not run PyTorch.</exception>
    public static PyTorch? Start(Sizes sizes)
    {
        var command = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : null;
        var words = (command ?? "python3").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int[] numbers = [sizes.Depth, sizes.Side, sizes.Batch, sizes.WarmUpSteps, sizes.Steps, torch.get_num_threads()];
        var start = new ProcessStartInfo(
            words[0],
            [.. words[1..], "-c", Program(), .. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = command is null, // a python3 without PyTorch need not say so
        };
        try
        {
            var process = Process.Start(start)!;
            if (start.RedirectStandardError)
            {
                process.BeginErrorReadLine(); // so that it never waits for a reader
            }

            if (process.StandardOutput.ReadLine() is { } version)
            {
                return new(process, version);
            }

            process.Dispose();
        }
        catch (Win32Exception)
        {
            // there is no such program
        }

        return command is null
            ? null
            : throw new InvalidOperationException(
                $"{Variable} is '{command}', and that does not run PyTorch; its output, if it ran at all, is above. Correct it or unset it."
            );
    }

    /// <summary>One block.</summary>
    /// <param name="contender">Its name in the Python program.</param>
    public double ImagesPerSecond(string contender)
    {
        process.StandardInput.WriteLine(contender);
        process.StandardInput.Flush();
        return process.StandardOutput.ReadLine() is { } figure
            ? double.Parse(figure, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"PyTorch ended within a block of '{contender}'.");
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private static string Program()
    {
        using var reader = new StreamReader(typeof(PyTorch).Assembly.GetManifestResourceStream("resnet.py")!);
        return reader.ReadToEnd();
    }
}
