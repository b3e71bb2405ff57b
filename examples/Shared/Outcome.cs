using MLNet.Procrustean;

namespace Shared;

/// <summary>How a program ends.</summary>
internal static class Outcome
{
    /// <summary>Runs it; what goes wrong becomes a line on the error stream and an exit code.</summary>
    /// <param name="action">What the program does.</param>
    /// <param name="onCancel">What is said after Ctrl+C.</param>
    public static Task<int> Of(Action action, Func<string> onCancel)
    {
        try
        {
            action();
            return Task.FromResult(0);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine(onCancel());
            return Task.FromResult(130); // as shells have it
        }
        catch (Exception problem) when (IsOfTheUser(problem))
        {
            Console.Error.WriteLine(problem.Message);
            return Task.FromResult(1);
        }
    }

    private static bool IsOfTheUser(Exception problem) =>
        problem
            is ArgumentException
                or DllNotFoundException
                or FormatException
                or InvalidOperationException
                or IOException
                or InvalidDataException
                or UnauthorizedAccessException
                or ImageException
                or TrainingDivergedException;
}
