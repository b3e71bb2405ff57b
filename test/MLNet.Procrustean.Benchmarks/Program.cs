using System.CommandLine;
using MLNet.Procrustean;
using MLNet.Procrustean.Benchmarks;
using MLNet.Procrustean.Benchmarks.Measuring;

// Measures speed and memory and prints tables. Blocks of the contenders take turns, so that a slow minute of the machine slows all of them
// equally.
var sections = new Argument<string[]>("sections")
{
    Description = "What to measure; everything by default.",
    Arity = ArgumentArity.ZeroOrMore,
};
sections.AcceptOnlyFromAmong([.. Section.All.Select(section => section.Name)]);
var blocks = new Option<int?>("--blocks")
{
    Description = "Counted blocks of each contender, at least 1; their median is printed. The default is 5, or 1 with --quick.",
};
blocks.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int?>() < 1)
    {
        result.AddError("--blocks is below 1; give at least 1.");
    }
});
var quick = new Option<bool>("--quick") { Description = "Tiny sizes, to see that everything runs; the figures mean nothing." };
var output = new Option<FileInfo?>("--out") { Description = "A Markdown file to write as well; an existing one is replaced." };

var command = new RootCommand(
    "Measures speed and memory against ML.NET, bare TorchSharp and PyTorch. "
        + "The environment variable PYTORCH may hold the command of a Python that has PyTorch."
)
{
    sections,
    blocks,
    quick,
    output,
};
command.SetAction(arguments =>
{
    NativeCompatibility.Enable();
    var sizes = (arguments.GetValue(quick) ? Sizes.Quick : Sizes.Full) with
    {
        Blocks = arguments.GetValue(blocks) ?? (arguments.GetValue(quick) ? 1 : 5),
    };
    var wanted = arguments.GetValue(sections) is { Length: > 0 } named
        ? Section.All.Where(section => named.Contains(section.Name))
        : Section.All;
    var page = new Page(arguments.GetValue(output)?.FullName);
    try
    {
        page.Add(Machine.Describe(sizes));
        foreach (var section in wanted)
        {
            page.Add($"## {section.Title}");
            foreach (var part in section.Measure(sizes))
            {
                page.Add(part);
            }
        }

        return 0;
    }
    catch (Exception problem) when (problem is InvalidOperationException or IOException)
    {
        Console.Error.WriteLine(problem.Message);
        return 1;
    }
});

// Figures that depend on the state of a process, such as its threads, are measured in a new process of this program.
var work = new Argument<string[]>("work");
var child = new Command(FreshProcess.Command) { work };
child.Hidden = true;
child.SetAction(arguments =>
{
    NativeCompatibility.Enable();
    FreshProcess.Answer(arguments.GetValue(work)!);
});
command.Subcommands.Add(child);
return command.Parse(args).Invoke();
