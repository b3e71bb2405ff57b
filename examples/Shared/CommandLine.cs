using System.CommandLine;
using System.CommandLine.Invocation;

namespace Shared;

/// <summary>How the programs here take their command line.</summary>
internal static class CommandLine
{
    private const int WrongUse = 2; // as shells have it

    /// <summary>Runs the command; an unknown option, or one that is missing, ends the program before it does anything.</summary>
    /// <returns>What the command returns, or 2.</returns>
    public static async Task<int> Run(RootCommand command, string[] args, InvocationConfiguration invocation)
    {
        var given = command.Parse(args);
        if (given.Action is not ParseErrorAction wrong)
        {
            return await given.InvokeAsync(invocation);
        }

        wrong.ShowHelp = false; // it would be longer than a screen, with the error above it
        await given.InvokeAsync(new() { Output = Console.Error });
        Console.Error.WriteLine("--help shows what there is.");
        return WrongUse;
    }
}
